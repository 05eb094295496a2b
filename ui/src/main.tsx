// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import './style/tokens.css';

const root = document.getElementById('app');
if (root) render(<p>Vigie</p>, root);
