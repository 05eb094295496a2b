// SPDX-License-Identifier: Apache-2.0
// What the banner of the page says to who has that token, in English and in French; with a file, a picture of it where there is one. For tests/life/30-full-disk.py: node banner.mjs URL TOKEN [FILE]
import { launch, newPage } from './browser.mjs';

const [url, token, file] = process.argv.slice(2);
const browser = await launch();
try {
  for (const locale of ['en-GB', 'fr-FR']) {
    const { page } = await newPage(browser, { locale, extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
    const status = page.waitForResponse((r) => r.url().endsWith('/api/v1/status') && r.ok());
    await page.goto(`${url}/resources?filter=all`);
    await page.waitForSelector('tr.row');
    const { journal } = await (await status).json();
    if (journal.degraded) await page.locator('.banner.bad').waitFor();
    console.log(JSON.stringify(await page.locator('.banner.bad').allInnerTexts()));
    if (file && journal.degraded && locale === 'en-GB') await page.screenshot({ path: file });
  }
} finally {
  await browser.close();
}
