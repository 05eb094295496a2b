// SPDX-License-Identifier: Apache-2.0
// Of which host or service something is told: a link, while it is configured.
import type { JSX } from 'preact';
import { t } from '../../i18n/i18n.ts';
import { DEFAULT_ROUTE, go } from '../../route.ts';

export function Subject({ event }: { event: { host?: string; service?: string; resource?: string; gone?: boolean } }): JSX.Element {
  if (!event.host) return <span class="muted">{t('events.of_vigie')}</span>;
  const name = event.service ? `${event.host} › ${event.service}` : event.host;
  if (event.gone || !event.resource) return <span class="muted" data-tip={t('events.gone')} tabIndex={0}>{name}</span>;
  const to = { ...DEFAULT_ROUTE, page: 'resources' as const, filter: 'all' as const, host: event.host, open: event.resource };
  return <a href={`/resources?filter=all&host=${encodeURIComponent(event.host)}&open=${encodeURIComponent(event.resource)}`} onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); go(to); }}>{event.service ? <><span class="h">{event.host} › </span>{event.service}</> : event.host}</a>;
}
