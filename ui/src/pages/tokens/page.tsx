// SPDX-License-Identifier: Apache-2.0
// Which programs have a token, and what each may do.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Block, Coming, Page as Frame } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { BUILT_IN, readRoles, readTokens, type RightRow, type Token } from '../../admin/model.ts';
import { TokenDialogs, TokenTable, type TokenOpen } from '../../admin/tokens.tsx';
import { lang, t } from '../../i18n/i18n.ts';
import { may } from '../../rights.ts';

interface All {
  tokens: Token[];
  roles: string[];
  rights: RightRow[];
}
async function readAll(): Promise<All> {
  const [tokens, roles] = await Promise.all([readTokens(), may('roles.read') ? readRoles() : null]);
  return { tokens, roles: roles ? roles.roles.map((one) => one.name) : [...BUILT_IN], rights: roles?.rights ?? [] };
}

export function Page(): JSX.Element {
  const { data, failed, again } = useRead(readAll, lang.value);
  const [open, setOpen] = useState<TokenOpen>(null);
  const add = may('tokens.write') && <button type="button" class="btn p" onClick={() => setOpen({ what: 'add' })}>{t('token.add')}</button>;
  return (
    <Frame title={t('page.tokens')} act={add}>
      {data && !failed ? <Block text={t('token.text')}><TokenTable list={data.tokens} open={setOpen} /></Block> : <Coming failed={failed} />}
      {data && <TokenDialogs open={open} roles={data.roles} rights={data.rights} done={again} close={() => setOpen(null)} />}
    </Frame>
  );
}
