// Looks at a running Galaxy as a user does and takes the pictures of the tutorial: the form, the history with the report open, an error.
// Usage: node look.mjs FOLDER_WITH_MODULES CHROMIUM URL EMAIL PASSWORD HISTORY REPORT_DATASET FAILED_DATASET FOLDER_FOR_PICTURES
// Prints as JSON what stood on the pages.
import { createRequire } from "node:module";

const [modules, executablePath, url, email, password, history, report, failed, pictures] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)("playwright-core");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const tab = await browser.newPage();
tab.setDefaultTimeout(90_000);
const seen = {};

async function look(name, address, text, height) {
  await tab.setViewportSize({ width: 1400, height });
  await tab.goto(`${url}${address}`, { waitUntil: "domcontentloaded" });
  await tab.getByText(text).first().waitFor();
  await tab.getByText("CGI: jobs of your account").first().waitFor(); // the list of tools, which comes last
  await tab.waitForTimeout(2500); // charts and panels come after the text
  await tab.screenshot({ path: `${pictures}/galaxy-${name}.png` });
  seen[name] = await tab.innerText("body");
}

await tab.goto(`${url}/login/start`, { waitUntil: "domcontentloaded" });
await tab.fill("input[name=login]", email);
await tab.fill("input[name=password]", password);
await tab.click("button[name=login]");
await tab.waitForSelector("#current-history-panel");
await tab.goto(`${url}/history/switch_to_history?hist_id=${history}`);
await tab.getByText("CGI report of").first().waitFor();
await look("form", "/?tool_id=cgi_runner_run", "Service and account", 1950); // the whole form
await look("history", "/", "CGI report of", 900);
await look("report", `/datasets/${report}/report`, "Driver mutations", 1100); // where the eye of a report leads
await look("error", `/datasets/${failed}/error`, "Nothing was sent", 1000);
await browser.close();
console.log(JSON.stringify(seen));
