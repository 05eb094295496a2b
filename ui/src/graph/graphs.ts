// SPDX-License-Identifier: Apache-2.0
// What is loaded when the first graph is wanted.
export { GraphTab } from './tab.tsx';
export { GraphsPage } from './page.tsx';
export { Strip } from './strip.tsx';
