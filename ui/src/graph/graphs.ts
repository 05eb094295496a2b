// SPDX-License-Identifier: Apache-2.0
// What is loaded when the first graph is wanted.
export { GraphTab } from './tab.tsx';
import './graph.css';
export { Page } from './page.tsx';
export { Strip } from './strip.tsx';
