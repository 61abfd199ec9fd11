// Uses the control page of each stand-in as a person would, by what people see and hear of it: roles, names and labels.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const { standins } = JSON.parse(process.env.STANDINS);
const named = process.env.CHROMIUM;
const options = named.includes("/") ? { executablePath: named } : { executablePath: `/usr/bin/${named}` };
// Containers have no user namespaces; the pages are our own.
const browser = await chromium.launch({ ...options, args: ["--no-sandbox"] });
try {
  for (const standin of standins) {
    await check(standin);
    console.log(`ok   ${standin.api}`);
  }
} finally {
  await browser.close();
}

async function check(standin) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (problem) => problems.push(String(problem)));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    assert.ok(origin === standin.origin || protocol === "data:", `nothing comes from ${request.url()}`);
  });
  const call = (path, headers = {}) => fetch(standin.base_url + path, {
    headers: { authorization: `${standin.scheme} ${standin.token}`, ...headers },
  });
  // Whatever a request holds is shown as it is.
  const markup = "/<img src=x onerror=document.title=1>";
  await call(markup);

  const answer = await page.goto(`${standin.origin}/`);
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'/);
  await page.getByRole("heading", { level: 1, name: /^Stand-in for .+/ }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByText("Seed").waitFor();

  const tokens = page.getByRole("table", { name: "Tokens that are there from the beginning" });
  const admin = tokens.getByRole("row", { name: /^admin / });
  await admin.waitFor();
  const source = () => page.content();
  const secrets = [standin.token, ...standin.clients.map((client) => client.secret).filter(Boolean)];
  for (const secret of secrets) {
    assert.ok(!(await source()).includes(secret), "secrets are hidden at first");
  }
  await page.getByRole("button", { name: "Copy the token of admin" }).click();
  await page.getByRole("status").filter({ hasText: "Copied the token of admin" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), standin.token);
  assert.ok(!(await source()).includes(standin.token), "what is copied is not shown");
  const show = page.getByRole("button", { name: "Show secrets" });
  await show.click();
  await admin.getByText(standin.token).waitFor();
  assert.equal(await show.getAttribute("aria-pressed"), "true");
  for (const secret of secrets) {
    assert.ok((await source()).includes(secret), "secrets are shown when they are asked for");
  }
  await show.click();
  await admin.getByText("••••").waitFor();

  // A fault, planned by keyboard alone.
  await page.getByLabel("Fault", { exact: true }).selectOption("status=503");
  await page.getByLabel("Times").fill("2");
  await page.getByLabel("Times").press("Enter");
  const planned = page.getByRole("list", { name: "Planned faults" });
  await planned.getByText("status=503, 2 times, any request").waitFor();
  assert.equal((await call("/nowhere")).status, 503);
  const requests = page.getByRole("table", { name: /^The newest first/ });
  await requests.getByRole("row", { name: /\/nowhere.*503.*status=503/ }).first().waitFor();
  await requests.getByText("onerror").first().waitFor();
  assert.equal(await page.locator("img").count(), 0, "requests are text");
  await page.getByRole("button", { name: "Clear all faults" }).click();
  await page.getByRole("status").filter({ hasText: "No faults are planned" }).waitFor();
  assert.equal(await planned.getByRole("listitem").count(), 0);
  assert.notEqual((await call("/nowhere")).status, 503);
  await page.getByRole("button", { name: "Five times 429" }).click();
  await planned.getByText("too-many-requests, 5 times").waitFor();
  assert.equal((await call("/nowhere")).status, 429);
  await page.getByRole("button", { name: "Clear all faults" }).click();

  await page.getByRole("button", { name: "Move the clock one hour on" }).click();
  await page.getByRole("status").filter({ hasText: "An hour has passed" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Save the state" }).isHidden(), "there is no file to save to");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the state" }).click();
  assert.equal((await download).suggestedFilename(), "standin.snapshot");

  // Everything that can be used has a name, and no column is squeezed out of a narrow window.
  const nameless = await page.locator("button, a, input, select").evaluateAll((all) => all.filter((one) =>
    !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)).length);
  assert.equal(nameless, 0, "everything that can be used has a name");
  await page.setViewportSize({ width: 360, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
  assert.deepEqual(problems, []);
  await context.close();
}
