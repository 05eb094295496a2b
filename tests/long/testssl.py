#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release timeout=1800 seconds=120
"""What Debian's testssl.sh finds at the page's TLS: nothing above INFO but what concerns the chain of trust, revocation and DNS, which are not ours with a certificate that signs itself on loopback."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'life'))
from lib_vigie import Skip, Vigie, free_port, main  # noqa: E402

NOT_OURS = ('cert_chain_of_trust', 'cert_revocation', 'cert_crlDistributionPoints', 'cert_ocspURL', 'cert_mustStapleExtension', 'OCSP_stapling', 'DNS_CAArecord')
OF_THE_TOOL = ('engine_problem',)  # this machine's openssl, not what is looked at
HARMLESS = ('OK', 'INFO')
SEEN = ('TLS1_3', 'cipherlist_AVERAGE', 'BREACH', 'HSTS_time', 'heartbleed', 'cert_commonName', 'cert_expirationStatus')  # a run that ended early finds nothing, too


def look(least):
    port = free_port()
    with Vigie(main=f'vigie_http_listen=127.0.0.1:{port}\nvigie_tls=on\nvigie_tls_min={least}\n') as v:
        v.start()
        out = v.path('found.json')
        p = subprocess.run(['testssl', '--quiet', '--color', '0', '--warnings', 'batch', '--nodns', 'none', '--ip', '127.0.0.1', '--jsonfile', out, f'localhost:{port}'],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        with open(out, encoding='utf-8') as f:
            found = json.load(f)
        assert v.stop() == 0
    ids = {one['id']: one for one in found}
    assert all(any(one.startswith(want) for one in ids) for want in SEEN), (sorted(ids), p.stdout[-2000:], p.stderr[-2000:])
    wrong = [one for one in found if one['severity'] not in HARMLESS and one['id'].split(' ')[0] not in NOT_OURS + OF_THE_TOOL]
    assert not wrong, wrong
    return ids


def need_it():
    if not shutil.which('testssl'):
        raise Skip('needs Debian\'s package testssl.sh')


def test_as_it_is():
    need_it()
    ids = look('1.3')
    assert ids['TLS1_2']['finding'].startswith('not offered'), ids['TLS1_2']


def test_with_1_2():
    need_it()
    ids = look('1.2')
    assert ids['TLS1_2']['finding'].startswith('offered'), ids['TLS1_2']


main()
