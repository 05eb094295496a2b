// SPDX-License-Identifier: Apache-2.0
// What steps of several scripts do: the first user is made, and the list is read. at() gives { page, vigie } of now.
export async function signUp(page, vigie, user, password) {
  await page.goto(`${vigie.url}/#setup=${vigie.token}`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill(password);
  await page.getByRole('button', { name: 'Start watching' }).click();
  await page.waitForURL((u) => u.pathname === '/guide');
  await page.goto(`${vigie.url}/resources?filter=all`);
  await page.waitForSelector('tr.row');
}

export function listOf(at) {
  const row = (name) => at().page.locator('tr.row', { hasText: name });
  return {
    row,
    link: (name) => row(name).locator('a.r'),
    goAll: async () => {
      await at().page.goto(`${at().vigie.url}/resources?filter=all`);
      await at().page.waitForSelector('tr.row');
    },
    names: () => at().page.locator('tr.row a.r').allTextContents(),
    url: () => new URL(at().page.url()),
  };
}
