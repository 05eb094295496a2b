// SPDX-License-Identifier: Apache-2.0
// A file of the server where a link cannot ask for it: as another, as whom one looks. Loaded when it is wanted.
import { errorText, openStream } from './api.ts';
import { save } from './file.ts';
import { toast } from './store/toast.ts';

export async function download(path: string, name: string): Promise<void> {
  try {
    save(await new Response(await openStream(path, '*/*')).blob(), name);
  } catch (error) {
    toast(errorText(error), true);
  }
}
