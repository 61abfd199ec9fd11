//! Each of the operations, once with what it takes.

use super::{column, organization, space, start, text, user};
use rolecall_standin::contract::Contract;
use rolecall_standin::{Api, Standin};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CLOSED_TEMPLATE: &str = "ri.compass.main.template.00000000-0000-4000-8000-000000000001";

/// Sends a request that has to succeed, and gives its body.
macro_rules! ok {
    ($session:expr, $method:expr, $path:expr) => {{
        let reply = $session.send($method, &$path).await;
        assert!(
            reply.status < 300,
            "{} {}: {} {}",
            $method,
            $path,
            reply.status,
            reply.text
        );
        reply.body
    }};
    ($session:expr, $method:expr, $path:expr, $body:expr) => {{
        let reply = $session.send_json($method, &$path, $body).await;
        assert!(
            reply.status < 300,
            "{} {}: {} {}",
            $method,
            $path,
            reply.status,
            reply.text
        );
        reply.body
    }};
}

fn called(standin: &Standin, all: &mut BTreeSet<String>) {
    all.extend(
        standin
            .exchanges()
            .into_iter()
            .filter_map(|exchange| exchange.operation),
    );
}

#[tokio::test]
async fn every_operation_answers_as_described() {
    let (standin, s) = start().await;
    let mut seen = BTreeSet::new();
    let org = organization(&s).await;
    let reader = user(&standin, "reader");
    let nobody = user(&standin, "nobody");
    let o = format!("/v2/admin/organizations/{org}");
    let roles = ok!(s, "GET", format!("{o}/listAvailableRoles"));
    let role = text(&roles, "/data/1/id");
    let change = json!({"roleAssignments": [{"roleId": role, "principalId": nobody}]});
    ok!(
        s,
        "POST",
        format!("{o}/roleAssignments/add"),
        change.clone()
    );
    ok!(s, "GET", format!("{o}/roleAssignments"));
    ok!(s, "POST", format!("{o}/roleAssignments/remove"), change);
    let enrollment = ok!(s, "GET", "/v2/admin/enrollments/getCurrent?preview=true");
    let enrollment = text(&enrollment, "/rid");
    let new = json!({
        "administrators": [nobody], "enrollmentRid": enrollment, "name": "Valley Mills",
        "host": "valley.example.com", "description": "New",
    });
    let created = ok!(s, "POST", "/v2/admin/organizations?preview=true", new);
    assert_eq!(text(&created, "/name"), "Valley Mills");
    ok!(s, "GET", o);
    let home = ok!(s, "GET", o);
    let replaced = ok!(
        s,
        "PUT",
        o,
        json!({"name": home["name"], "host": home["host"]})
    );
    assert_eq!(replaced.get("description"), None);
    let guests = json!({"principalIds": [nobody]});
    let g = format!("{o}/guestMembers");
    ok!(s, "GET", format!("{g}?preview=true"));
    ok!(s, "POST", format!("{g}/add?preview=true"), guests.clone());
    ok!(s, "POST", format!("{g}/remove?preview=true"), guests);
    ok!(
        s,
        "GET",
        "/v2/admin/roles/organization%3Aadministrator?preview=true"
    );
    let batch = json!([{"roleId": role}, {"roleId": "unknown"}]);
    let batch = ok!(s, "POST", "/v2/admin/roles/getBatch?preview=true", batch);
    assert_eq!(batch["data"].as_object().map(serde_json::Map::len), Some(1));
    let e = format!("/v2/admin/enrollments/{enrollment}");
    ok!(s, "GET", format!("{e}?preview=true"));
    let change = json!({
        "roleAssignments": [{"roleId": "enrollment:administrator", "principalId": nobody}],
    });
    ok!(
        s,
        "POST",
        format!("{e}/roleAssignments/add?preview=true"),
        change.clone()
    );
    ok!(s, "GET", format!("{e}/roleAssignments?preview=true"));
    ok!(
        s,
        "POST",
        format!("{e}/roleAssignments/remove?preview=true"),
        change
    );
    ok!(s, "GET", format!("{e}/hosts?preview=true"));
    let providers = ok!(
        s,
        "GET",
        format!("{e}/authenticationProviders?preview=true")
    );
    let provider = text(&providers, "/data/0/rid");
    let p = format!("{e}/authenticationProviders/{provider}");
    ok!(s, "GET", format!("{p}?preview=true"));
    let new = json!({"name": "Preregistered", "organizations": [org]});
    let provided = ok!(s, "POST", format!("{p}/preregisterGroup?preview=true"), new);
    let new =
        json!({"username": "lark.example1@example.com", "organization": org, "givenName": "Lark"});
    let lark = ok!(s, "POST", format!("{p}/preregisterUser?preview=true"), new);
    let lark = text(&lark, "");
    called(&standin, &mut seen);

    ok!(s, "GET", "/v2/admin/users");
    ok!(
        s,
        "POST",
        "/v2/admin/users/getBatch",
        json!([{"userId": lark}])
    );
    ok!(s, "GET", "/v2/admin/users/getCurrent");
    let filter = json!({"where": {"type": "queryString", "value": "LARK"}});
    let found = ok!(s, "POST", "/v2/admin/users/search", filter);
    assert_eq!(column(&found["data"], "id"), std::slice::from_ref(&lark));
    let u = format!("/v2/admin/users/{lark}");
    ok!(s, "GET", u);
    ok!(s, "GET", format!("{u}/getMarkings"));
    ok!(s, "GET", format!("{u}/profilePicture"));
    ok!(s, "POST", format!("{u}/revokeAllTokens"));
    ok!(s, "GET", format!("{u}/providerInfo"));
    ok!(
        s,
        "PUT",
        format!("{u}/providerInfo"),
        json!({"providerId": "lark"})
    );
    ok!(s, "GET", format!("{u}/groupMemberships"));
    ok!(s, "DELETE", u);
    ok!(s, "GET", "/v2/admin/groups");
    let new = json!({"name": "Kilns", "organizations": [org], "attributes": {"floor": ["2"]}});
    let group = ok!(s, "POST", "/v2/admin/groups", new);
    let group = text(&group, "/id");
    ok!(
        s,
        "POST",
        "/v2/admin/groups/getBatch",
        json!([{"groupId": group}])
    );
    ok!(s, "GET", "/v2/admin/groups/listCurrent?preview=true");
    let filter = json!({"where": {"type": "queryString", "value": "kil"}});
    ok!(s, "POST", "/v2/admin/groups/search", filter);
    let g = format!("/v2/admin/groups/{group}");
    ok!(s, "GET", g);
    let new = json!({"name": "Ovens", "organizations": [org], "attributes": {}});
    ok!(s, "PUT", g, new);
    let members = json!({"principalIds": [reader]});
    ok!(s, "POST", format!("{g}/groupMembers/add"), members.clone());
    ok!(s, "GET", format!("{g}/groupMembers"));
    ok!(s, "POST", format!("{g}/groupMembers/remove"), members);
    let policy = format!("{g}/membershipExpirationPolicy?preview=true");
    ok!(s, "PUT", policy, json!({"maximumDuration": "60"}));
    ok!(s, "GET", policy);
    let info = format!("/v2/admin/groups/{}/providerInfo", text(&provided, ""));
    ok!(s, "GET", info);
    ok!(s, "PUT", info, json!({"providerId": "kilns"}));
    ok!(s, "DELETE", g);
    called(&standin, &mut seen);

    ok!(s, "GET", "/v2/admin/markings");
    let categories = ok!(s, "GET", "/v2/admin/markingCategories");
    let category = text(&categories, "/data/1/id");
    let new = json!({
        "initialPermissions": {
            "organizationRids": [org],
            "roles": [{"role": "ADMINISTER", "principalId": reader}],
            "isPublic": true,
        },
        "name": "Timber", "description": "Who may see timber",
    });
    ok!(s, "POST", "/v2/admin/markingCategories?preview=true", new);
    let c = format!("/v2/admin/markingCategories/{category}");
    ok!(s, "GET", c);
    let new = json!({"name": "Wages", "description": "Who may see wages"});
    ok!(s, "PUT", format!("{c}?preview=true"), new);
    let me = user(&standin, "admin");
    let new = json!({
        "initialRoleAssignments": MARKING_ROLES.map(|role| json!({"role": role, "principalId": me})),
        "initialMembers": [me], "name": "Oak", "categoryId": category,
    });
    let marking = ok!(s, "POST", "/v2/admin/markings", new);
    let marking = text(&marking, "/id");
    ok!(
        s,
        "POST",
        "/v2/admin/markings/getBatch",
        json!([{"markingId": marking}])
    );
    let m = format!("/v2/admin/markings/{marking}");
    ok!(s, "GET", m);
    ok!(s, "PUT", m, json!({"name": "Elm", "description": "A tree"}));
    let members = json!({"principalIds": [reader]});
    ok!(
        s,
        "POST",
        format!("{m}/markingMembers/add"),
        members.clone()
    );
    ok!(s, "GET", format!("{m}/markingMembers"));
    ok!(s, "POST", format!("{m}/markingMembers/remove"), members);
    let role = json!({"roleAssignments": [{"role": "USE", "principalId": reader}]});
    ok!(s, "POST", format!("{m}/roleAssignments/add"), role.clone());
    ok!(s, "GET", format!("{m}/roleAssignments"));
    ok!(s, "POST", format!("{m}/roleAssignments/remove"), role);
    let cbac = ok!(s, "GET", "/v2/admin/markings?markingType=CBAC");
    let cbac = column(&cbac["data"], "id");
    let ids = json!({"markingIds": cbac});
    ok!(
        s,
        "POST",
        "/v2/admin/markings/canonicalize?preview=true",
        ids
    );
    let expression = json!({"markingExpressions": [{"and": [{"or": [marking]}]}]});
    ok!(
        s,
        "POST",
        "/v2/admin/markings/flatten?preview=true",
        expression
    );
    let texts = json!({"classificationStrings": ["STRICT//AUDITORS MAY SEE", "(X)"]});
    ok!(s, "POST", "/v2/admin/markings/parseClassifications", texts);
    ok!(
        s,
        "GET",
        format!("/v2/admin/cbacBanner?markingIds={}", cbac[0])
    );
    let path = format!(
        "/v2/admin/cbacMarkingRestrictions?preview=true&markingIds={}",
        cbac[0]
    );
    ok!(s, "GET", path);
    called(&standin, &mut seen);

    let (space, projects) = space(&s).await;
    let new = json!({
        "enrollmentRid": enrollment, "displayName": "Mill", "organizations": [org],
        "deletionPolicyOrganizations": [org],
    });
    let mill = ok!(s, "POST", "/v2/filesystem/spaces?preview=true", new);
    let mill = format!("/v2/filesystem/spaces/{}?preview=true", text(&mill, "/rid"));
    ok!(s, "GET", mill);
    ok!(s, "PUT", mill, json!({"displayName": "Mills"}));
    ok!(s, "DELETE", mill);
    let new = json!({
        "displayName": "Sawing", "spaceRid": space, "defaultRoles": ["compass:view"],
        "roleGrants": {"compass:manage": [{"principalId": me, "principalType": "USER"}]},
        "organizationRids": [org],
    });
    let project = ok!(s, "POST", "/v2/filesystem/projects/create", new);
    let project = text(&project, "/rid");
    let new = json!({
        "templateRid": CLOSED_TEMPLATE,
        "variableValues": {"project_name": "Planing", "region": "north", "owner": me},
    });
    ok!(s, "POST", "/v2/filesystem/projects/createFromTemplate", new);
    let p = format!("/v2/filesystem/projects/{project}");
    ok!(s, "GET", p);
    ok!(
        s,
        "PUT",
        format!("{p}?preview=true"),
        json!({"displayName": "Cutting"})
    );
    let others = ok!(
        s,
        "GET",
        format!("/v2/filesystem/projects/{}/organizations", projects[0])
    );
    let rids = json!({"organizationRids": [others["data"][1]]});
    ok!(s, "POST", format!("{p}/addOrganizations"), rids.clone());
    ok!(s, "GET", format!("{p}/organizations"));
    ok!(s, "POST", format!("{p}/removeOrganizations"), rids);
    let new = json!({"parentFolderRid": project, "displayName": "Boards"});
    let folder = ok!(s, "POST", "/v2/filesystem/folders", new);
    let folder = text(&folder, "/rid");
    let f = format!("/v2/filesystem/folders/{folder}");
    ok!(s, "GET", f);
    let new = json!({"parentFolderRid": project, "displayName": "Planks"});
    ok!(s, "PUT", format!("{f}?preview=true"), new);
    ok!(
        s,
        "POST",
        "/v2/filesystem/folders/getBatch",
        json!([{"folderRid": folder}])
    );
    let folders = ok!(
        s,
        "GET",
        format!("/v2/filesystem/folders/{}/children", projects[1])
    );
    let other = text(&folders, "/data/0/rid");
    let new = json!({"resources": [
        {"type": "filesystem", "resourceRid": other},
        {"type": "external", "resourceRid": "ri.object-set.main.object-set.x", "importName": "X"},
    ]});
    ok!(s, "POST", format!("{p}/references/add"), new);
    ok!(s, "GET", format!("{p}/references"));
    ok!(
        s,
        "POST",
        format!("{p}/references/remove"),
        json!({"resources": [other]})
    );
    called(&standin, &mut seen);

    let r = format!("/v2/filesystem/resources/{folder}");
    let resource = ok!(s, "GET", r);
    let path = text(&resource, "/path")
        .replace('/', "%2F")
        .replace(' ', "%20");
    ok!(
        s,
        "GET",
        format!("/v2/filesystem/resources/getByPath?path={path}")
    );
    let batch = json!([{"resourceRid": folder}, {"resourceRid": space}]);
    ok!(s, "POST", "/v2/filesystem/resources/getBatch", batch);
    let batch = json!([{"path": resource["path"]}, {"path": "/nowhere"}]);
    let found = ok!(s, "POST", "/v2/filesystem/resources/getByPathBatch", batch);
    assert_eq!(column(&found["data"], "rid"), std::slice::from_ref(&folder));
    ok!(
        s,
        "GET",
        "/v2/filesystem/resources/getRecentlyViewed?preview=true&limit=500"
    );
    ok!(
        s,
        "POST",
        format!("{r}/addMarkings"),
        json!({"markingIds": [marking]})
    );
    let listed = ok!(s, "GET", format!("{r}/markings"));
    assert_eq!(listed["data"], json!([marking]));
    let access = ok!(s, "GET", format!("{r}/getAccessRequirements"));
    assert_eq!(
        access["markings"],
        json!([{"markingId": marking, "isDirectlyApplied": true}])
    );
    ok!(
        s,
        "POST",
        format!("{r}/removeMarkings"),
        json!({"markingIds": [marking]})
    );
    let banner = json!({"resourceRids": [folder], "displayType": "BANNER_LINE"});
    ok!(
        s,
        "POST",
        "/v2/admin/cbacBanner/getForResources?preview=true",
        banner
    );
    let grant = json!({"roles": [
        {"resourceRolePrincipal": {"type": "principalIdOnly", "principalId": reader}, "roleId": "compass:view"},
        {"resourceRolePrincipal": {"type": "everyone"}, "roleId": "compass:discover"},
    ]});
    ok!(s, "POST", format!("{r}/roles/add"), grant.clone());
    let listed = ok!(s, "GET", format!("{r}/roles"));
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));
    ok!(s, "POST", format!("{r}/roles/remove"), grant);
    let files = ok!(s, "GET", format!("/v2/filesystem/folders/{other}/children"));
    let tagged = text(&files, "/data/2/rid");
    let tags = ok!(
        s,
        "GET",
        format!("/v2/filesystem/resources/{tagged}/tags?preview=true")
    );
    let tags = json!({"tagRids": [tags["data"][0]["tagRid"]]});
    ok!(
        s,
        "POST",
        format!("{r}/tags/add?preview=true"),
        tags.clone()
    );
    ok!(s, "POST", format!("{r}/tags/remove?preview=true"), tags);
    ok!(s, "DELETE", r);
    ok!(s, "POST", format!("{r}/restore"));
    ok!(s, "DELETE", r);
    ok!(s, "POST", format!("{r}/permanentlyDelete"));
    called(&standin, &mut seen);

    let every = Contract::of(Api::Foundry).operations.iter();
    let missing: Vec<&str> = every
        .map(|operation| &*operation.id)
        .filter(|id| !seen.contains(*id))
        .collect();
    assert_eq!(missing, [""; 0]);
    let wrong: Vec<String> = standin
        .take_violations()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(wrong, [""; 0]);
}

const MARKING_ROLES: [&str; 3] = ["ADMINISTER", "DECLASSIFY", "USE"];

#[tokio::test]
async fn a_stack_of_one_person_answers_too() {
    let standin = Standin::builder(Api::Foundry).users(1).start().await;
    let standin = standin.expect("it finds a port");
    let admin = super::Session::of(&standin, "admin");
    for path in [
        "/v2/admin/users",
        "/v2/admin/groups",
        "/v2/admin/markings",
        "/v2/filesystem/spaces",
        "/v2/filesystem/resources/getRecentlyViewed?preview=true",
    ] {
        let reply = admin.send("GET", path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(
            reply.body["data"]
                .as_array()
                .is_some_and(|data| !data.is_empty()),
            "{path}"
        );
    }
    let _: Value = admin.send("GET", "/v2/admin/users/getCurrent").await.body;
}
