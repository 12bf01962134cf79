// Takes a tour of a running Galaxy as a user does, from step to step.
// Usage: node tour.mjs FOLDER_WITH_MODULES CHROMIUM URL EMAIL PASSWORD TOUR
// Prints as JSON the heads of the steps that were shown; the last one is where the tour ended or was stuck.
import { createRequire } from "node:module";

const [modules, executablePath, url, email, password, tour] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const tab = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
tab.setDefaultTimeout(20_000);
const heads = [];

await tab.goto(`${url}/login/start`, { waitUntil: "domcontentloaded" });
await tab.fill("input[name=login]", email);
await tab.fill("input[name=password]", password);
await tab.click("button[name=login]");
await tab.waitForSelector("#current-history-panel");
await tab.goto(`${url}/tours/${tour}`, { waitUntil: "domcontentloaded" });
try {
  for (;;) {
    const head = await tab.locator(".tour-title").innerText();
    heads.push(head);
    const onward = tab.locator(".tour-next");
    if (!(await onward.count())) break;
    await onward.click();
    await tab.waitForFunction((old) => document.querySelector(".tour-title")?.innerText !== old, head);
    if (!(await tab.locator(".tour-title").count())) break;
  }
} catch (stuck) {
  heads.push(String(stuck).split("\n")[0]);
}
await browser.close();
console.log(JSON.stringify(heads));
