//! Nothing that was not done is `Ok`: a proxy that injects each fault at each byte of an exchange that writes, and a
//! stand-in that is asked afterwards what it did.

mod proxy;

use super::support::TestClock;
use futures_util::{StreamExt, TryStreamExt, stream};
use proxy::{At, Fault, Proxy};
use rolecall::auth::StaticToken;
use rolecall::okta::types::{AssignRoleRequest, RoleAssignment, RoleType};
use rolecall::rolecall_client::{install_crypto_provider, reqwest};
use rolecall::{Effect, Error, PagedExt, Timeouts, okta};
use rolecall_standin::{Api, Standin};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

/// How many exchanges are under way at once.
const AT_ONCE: usize = 32;

/// When this is set, every fault comes at every offset. Otherwise every offset has a fault, each in its turn, and the
/// first and the last offsets have all of them: six times as fast.
const EVERY: &str = "ROLECALL_EVERY_OFFSET";

struct World {
    standin: Standin,
    /// Straight to the stand-in.
    direct: okta::Client,
    http: reqwest::Client,
    /// Who holds no role, and has no exchange under way.
    users: Mutex<Vec<String>>,
}

impl World {
    async fn new() -> Self {
        // What the faults make of a request is not as described, and nothing here is about that.
        let standin = Standin::builder(Api::Okta).users(600).checked(false);
        let standin = standin.at_once(10_000).start().await.unwrap();
        install_crypto_provider();
        let http = |idle| {
            let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
            http.pool_max_idle_per_host(idle).build().unwrap()
        };
        let minute = Duration::from_secs(60);
        let direct = client(&standin, &standin.base_url(), &http(AT_ONCE), minute);
        let holders = direct.list_users_with_role_assignments().items();
        let holders: HashSet<_> = holders.map_ok(|user| user.id).try_collect().await.unwrap();
        let users = direct.list_users().items().page_size(200);
        let users: Vec<_> = users.map_ok(|user| user.id).try_collect().await.unwrap();
        let users = users
            .into_iter()
            .filter(|id| !holders.contains(id))
            .flatten();
        Self {
            direct,
            http: http(0),
            users: Mutex::new(users.collect()),
            standin,
        }
    }

    /// The assignments of the role to somebody, as the server has them.
    async fn held(&self, user: &str) -> Vec<String> {
        let roles = self
            .direct
            .list_assigned_roles_for_user()
            .user_id(user)
            .send()
            .await;
        let ids = roles
            .unwrap()
            .into_inner()
            .into_iter()
            .filter_map(|role| match role {
                RoleAssignment::StandardRole(role) if role.type_ == RoleType::ReportAdmin => {
                    role.id
                }
                _ => None,
            });
        ids.collect()
    }

    async fn assign(client: &okta::Client, user: &str) -> Result<(), Error> {
        let role: AssignRoleRequest = serde_json::from_str(r#"{"type":"REPORT_ADMIN"}"#).unwrap();
        let call = client.assign_role_to_user().user_id(user).body(role);
        call.send().await.map(drop).map_err(Error::from)
    }

    /// Assigns a role through a proxy with a fault, or takes it away, and compares what the client says with what was done.
    async fn exchange(&self, at: At, call: Call) -> Outcome {
        let user = self
            .users
            .lock()
            .unwrap()
            .pop()
            .expect("one for each at once");
        let mut held = Vec::new();
        if call == Call::Revoke {
            Self::assign(&self.direct, &user).await.unwrap();
            held = self.held(&user).await;
        }
        let proxy = Proxy::start(self.standin.base_url(), at).await;
        // A stall ends only so. All else may take its time on a machine that is busy.
        let within = Duration::from_millis(if at.fault == Fault::Stall { 60 } else { 2000 });
        let client = client(&self.standin, &proxy.url, &self.http, within);
        let result = match held.first() {
            None => Self::assign(&client, &user).await,
            Some(id) => Self::revoke(&client, &user, id).await,
        };
        let lengths = proxy.end().await;
        let held = self.held(&user).await;
        let times = held.len();
        assert!(times <= 1, "{at:?} {call:?}: done {times} times");
        let done = times == usize::from(call == Call::Assign);
        let effect = result.as_ref().err().map(Error::effect);
        match effect {
            None => assert!(done, "{at:?} {call:?}: Ok, and was not done"),
            Some(Effect::Unknown) => {}
            Some(effect) => assert!(!done, "{at:?} {call:?}: {effect:?}, and was done"),
        }
        if let Some(id) = held.first() {
            Self::revoke(&self.direct, &user, id).await.unwrap();
        }
        self.users.lock().unwrap().push(user);
        Outcome {
            effect,
            done,
            lengths,
        }
    }

    async fn revoke(client: &okta::Client, user: &str, id: &str) -> Result<(), Error> {
        let call = client.unassign_role_from_user().user_id(user);
        let done = call.role_assignment_id(id).send().await;
        done.map(drop).map_err(Error::from)
    }
}

fn client(standin: &Standin, url: &str, http: &reqwest::Client, attempt: Duration) -> okta::Client {
    okta::Client::builder()
        .base_url(url)
        .http(http.clone())
        .token(StaticToken::ssws(standin.credentials().token.clone()))
        .clock(TestClock::new())
        .timeouts(Timeouts {
            attempt,
            ..Timeouts::default()
        })
        .build()
        .unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Assign,
    Revoke,
}

#[derive(Clone, Copy)]
struct Outcome {
    effect: Option<Effect>,
    done: bool,
    /// The bytes of the request and of the response.
    lengths: [usize; 2],
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_not_done_is_ok() {
    let world = World::new().await;
    let clean = At {
        fault: Fault::None,
        response: false,
        offset: 0,
    };
    let every = std::env::var_os(EVERY).is_some();
    let mut plans = Vec::new();
    for (call, faults) in [
        (Call::Assign, &Fault::ALL[..]),
        (Call::Revoke, &Fault::ALL[..2]),
    ] {
        let outcome = world.exchange(clean, call).await;
        assert_eq!((outcome.effect, outcome.done), (None, true));
        for response in [false, true] {
            let length = outcome.lengths[usize::from(response)];
            for offset in 0..=length {
                let turn = every || offset < 2 || offset + 2 > length;
                let due = |number: &usize| turn || offset % Fault::ALL.len() == *number;
                for fault in (0..faults.len()).filter(due).map(|number| faults[number]) {
                    let at = At {
                        fault,
                        response,
                        offset,
                    };
                    plans.push((at, call));
                }
            }
        }
    }
    let count = plans.len();
    let outcomes = stream::iter(plans).map(|(at, call)| {
        let world = &world;
        async move { (world.exchange(at, call).await, call) }
    });
    let mut seen = BTreeMap::new();
    let mut outcomes = outcomes.buffer_unordered(AT_ONCE);
    while let Some((outcome, call)) = outcomes.next().await {
        let key = format!("{call:?}: {:?}, done: {}", outcome.effect, outcome.done);
        *seen.entry(key).or_insert(0) += 1;
    }
    println!("{count} exchanges: {seen:#?}");
    // All that can be the truth has been.
    for what in [
        "Assign: None, done: true",
        "Assign: Some(Unknown), done: true",
        "Assign: Some(Unknown), done: false",
        "Assign: Some(NotDone), done: false",
        "Revoke: None, done: true",
    ] {
        assert!(seen.contains_key(what), "{what}: {seen:#?}");
    }
}
