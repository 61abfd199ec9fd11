//! Having the authorization server revoke tokens (RFC 7009).

use super::OAuthClient;
use super::saved::Saved;
use super::token_response::refused;
use crate::Error;

impl OAuthClient {
    /// Revokes a session's refresh token, which ends what was given out for it (RFC 7009, section 2.1), or its access token
    /// where there is no other. Nothing happens where no revocation endpoint is known.
    pub(super) async fn revoke(&self, saved: &Saved) -> Result<(), Error> {
        let Some(url) = &self.endpoints().await?.revocation else {
            return Ok(());
        };
        let (token, hint) = match &saved.refresh_token {
            Some(refresh_token) => (refresh_token, "refresh_token"),
            None => (&saved.access_token, "access_token"),
        };
        let what = "the revocation endpoint";
        let grant = [("token", token.expose()), ("token_type_hint", hint)];
        let response = self.post(what, url, &grant, None).await?;
        // RFC 7009 says 200; some servers document no more than a success.
        if response.status.is_success() {
            return Ok(());
        }
        Err(refused(what, &response, url))
    }
}
