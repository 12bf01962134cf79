// Opens a report as a person does, light and dark, wide and narrow, closed and open, and prints what was seen as JSON:
// axe-core's violations, what the page asked for, text that runs out of its frame, what has to be scrolled sideways, and the number of printed pages.
// Usage: node look_at_page.mjs FOLDER_WITH_MODULES CHROMIUM PAGE FOLDER_FOR_PICTURES
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, executablePath, page, pictures] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(page).href;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const seen = { violations: [], requests: [], overflow: [], sideways: [], errors: [], hidden_by_filter: 0, pages: 0 };

async function look(colorScheme, width, isOpen) {
  // The page's own policy forbids scripts; the check's script is the only one that is let in.
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true, offline: true });
  const tab = await context.newPage();
  tab.on("request", (request) => request.url() === url || seen.requests.push(request.url()));
  tab.on("pageerror", (error) => seen.errors.push(String(error)));
  await tab.goto(url);
  const name = `${colorScheme}-${width}${isOpen ? "-open" : ""}`;
  if (isOpen) await tab.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const each of found.violations) seen.violations.push({ name, id: each.id, impact: each.impact, nodes: each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) });
  const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) seen.overflow.push({ name, overflow });
  const sideways = await tab.evaluate(() => [...document.querySelectorAll(".scroll")].filter((each) => each.getClientRects().length && each.scrollWidth > each.clientWidth).map((each) => each.getAttribute("aria-labelledby") || each.getAttribute("aria-label")));
  for (const region of sideways) seen.sideways.push({ name, region });
  if (!isOpen) await tab.screenshot({ path: `${pictures}/${name}.png` });
  if (width > 1000 && colorScheme === "light" && !isOpen) {
    const rows = () => tab.evaluate(() => [...document.querySelectorAll("tr.responsive")].filter((row) => row.getClientRects().length).length);
    const before = await rows();
    if (before) {
      const notice = () => tab.evaluate(() => document.querySelector(".filtered").getClientRects().length > 0);
      const wasShown = await notice();
      await tab.uncheck("#show-responsive");
      seen.says_that_rows_are_hidden = !wasShown && (await notice());
      seen.hidden_by_filter = before - (await rows());
    }
    const pdf = (await tab.pdf({ format: "A4" })).toString("latin1");
    seen.pages = (pdf.match(/\/Type\s*\/Page[^s]/g) || []).length;
  }
  await context.close();
}

for (const scheme of ["light", "dark"]) for (const width of [1280, 400]) for (const isOpen of [false, true]) await look(scheme, width, isOpen);
await browser.close();
console.log(JSON.stringify(seen, null, 1));
