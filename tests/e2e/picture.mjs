// SPDX-License-Identifier: Apache-2.0
// Takes the picture of the README from a Vigie that runs and was not set up yet:
//   node tests/e2e/picture.mjs 'http://127.0.0.1:8484/#setup=TOKEN' docs/img/resources.png
// The page shows what that Vigie really watches; nothing is made up.
import { launch, newPage } from './browser.mjs';

const [link, file, theme = 'light'] = process.argv.slice(2);
const base = new URL('/', link).href;
const browser = await launch();
const { page } = await newPage(browser, { viewport: { width: 1360, height: 760 }, colorScheme: theme, locale: 'en-GB' });
try {
  await page.goto(link);
  await page.getByLabel('User name').fill('marie');
  await page.getByLabel('Password', { exact: true }).fill('brume lente 42');
  await page.getByLabel('Password again').fill('brume lente 42');
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForURL((u) => !u.href.includes('#setup'));
  await page.goto(`${base}resources?filter=all`);
  await page.waitForSelector('tr.row');
  await page.locator('tr.row', { hasText: process.env.PANEL ?? 'Memory' }).locator('a.r').click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
