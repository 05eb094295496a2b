// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren, JSX } from 'preact';

// A part of the panel with its title, and what stands beside that.
export const Section = (props: { title: string; side?: ComponentChildren; children: ComponentChildren }): JSX.Element => (
  <section><div class="lab"><h3>{props.title}</h3><span>{props.side}</span></div>{props.children}</section>
);
