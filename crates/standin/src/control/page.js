"use strict";

const at = (id) => document.getElementById(id);
let revealed = false;

// Everything that is shown is put in as text, never as markup: requests come from anybody.
function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children.map((child) => child ?? ""));
  return made;
}

function say(text) {
  at("message").textContent = text;
}

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/_standin/${path}`, options);
  const value = await answer.json();
  if (!answer.ok) {
    throw new Error(value.error);
  }
  return value;
}

function list(target, pairs) {
  at(target).replaceChildren(
    ...pairs.filter(([, value]) => value !== null && value !== undefined)
      .flatMap(([name, value]) => [element("dt", name), element("dd", String(value))]));
}

async function showStatus() {
  const status = await ask("GET", "status");
  const title = `Stand-in for ${status.title}`;
  document.title = title;
  at("title").textContent = title;
  const answers = Object.entries(status.answers).map(([code, count]) => `${code}: ${count}`);
  list("status", [
    ["Address", location.origin + status.base_path],
    ["Version of the description", status.version],
    ["Operations", status.operations],
    ["Seed", status.seed],
    ["Users at the beginning", status.users],
    ["Time", status.now],
    ["Answers by status", answers.join(", ") || "none yet"],
    ["Not as described", status.violations],
  ]);
  at("save").hidden = !status.saves;
}

// What is copied is fetched when it is copied, so that the page holds no secret that it does not show.
function copier(label, pick) {
  const button = element("button", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", `Copy ${label}`);
  button.addEventListener("click", () => act(async () => {
    const text = pick(await ask("GET", "credentials?reveal=true"));
    await navigator.clipboard.writeText(text);
    return `Copied ${label}`;
  }));
  return button;
}

function keys(client) {
  return client.keys.map((key) => {
    const link = element("a", `${key.algorithm} ${key.id} `);
    link.href = key.pem;
    return link;
  });
}

async function showCredentials() {
  const all = await ask("GET", `credentials?reveal=${revealed}`);
  at("tokens").replaceChildren(...all.tokens.map((token, index) => element("tr",
    element("td", token.name),
    element("td", token.principal),
    element("td", `Authorization: ${token.scheme} ${token.token}`),
    element("td", copier(`the token of ${token.name}`, (fresh) => fresh.tokens[index].token)))));
  at("clients").replaceChildren(...all.clients.map((client, index) => element("tr",
    element("td", client.name),
    element("td", client.id),
    element("td", client.dpop ? `${client.authentication}, DPoP` : client.authentication),
    element("td", ...(client.secret ? [client.secret] : keys(client))),
    element("td", client.secret
      ? copier(`the secret of ${client.name}`, (fresh) => fresh.clients[index].secret)
      : copier(`the id of ${client.name}`, (fresh) => fresh.clients[index].id)))));
  list("endpoints", Object.entries(all.endpoints));
}

function showFaults(faults) {
  if (!at("fault").options.length) {
    at("fault").append(...faults.known.map((name) => element("option", name)));
  }
  at("planned").replaceChildren(...faults.planned.map((one) => element("li",
    `${one.fault}, ${one.times ?? "for ever"}${one.times ? " times" : ""}, ${one.matching ?? "any request"}`)));
}

async function showExchanges() {
  const all = await ask("GET", "exchanges");
  at("exchanges").replaceChildren(...all.reverse().map((one) => element("tr",
    element("td", one.at),
    element("td", `${one.method} ${one.target}`),
    element("td", one.operation ?? ""),
    element("td", String(one.status)),
    element("td", one.faults.join(", ")))));
}

// Does something, says what came of it, and shows what changed.
async function act(what) {
  try {
    say(await what() ?? "");
    await refresh();
  } catch (problem) {
    say(`That did not work: ${problem.message}`);
  }
}

async function refresh() {
  await Promise.all([showStatus(), showExchanges(), ask("GET", "faults").then(showFaults)]);
}

async function plan(fault, times, matching) {
  await ask("POST", "faults", { fault, times, matching: matching || null });
  return `Planned ${fault}`;
}

at("reveal").addEventListener("click", () => act(async () => {
  revealed = !revealed;
  at("reveal").setAttribute("aria-pressed", String(revealed));
  await showCredentials();
}));
at("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  act(() => plan(at("fault").value, at("times").valueAsNumber, at("matching").value.trim()));
});
at("storm").addEventListener("click", () => act(() => plan("too-many-requests", 5)));
at("outage").addEventListener("click", () => act(() => plan("status=503", 10)));
at("clear").addEventListener("click", () => act(async () => {
  await ask("DELETE", "faults");
  return "No faults are planned";
}));
at("hour").addEventListener("click", () => act(async () => {
  await ask("POST", "clock", { advance: 3600 });
  return "An hour has passed";
}));
at("save").addEventListener("click", () => act(async () => `Saved in ${(await ask("POST", "snapshot", {})).saved}`));

setInterval(() => {
  if (at("follow").checked && !document.hidden) {
    refresh().catch((problem) => say(`The stand-in does not answer: ${problem.message}`));
  }
}, 2000);
act(showCredentials);
