# SPDX-License-Identifier: Apache-2.0
"""For life tests with TLS: an authority, certificates that it signs or takes back, and clients' contexts of them."""
import os
import socket
import ssl
import subprocess


def openssl(*words):
    p = subprocess.run(['openssl', *words], capture_output=True, text=True, check=False)
    assert p.returncode == 0, p.stderr


class Papers:
    """An authority, and certificates that it signs."""

    def __init__(self, folder):
        self.d = folder
        os.makedirs(folder, exist_ok=True)
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', self.path('ca.key'), '-out', self.path('ca.pem'), '-days', '2', '-subj', '/CN=Authority')
        self.sign('server', '/CN=localhost')
        self.sign('client', '/CN=monitor.example')

    def path(self, name):
        return os.path.join(self.d, name)

    def sign(self, name, subject):
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', self.path(name + '.key'), '-out', self.path(name + '.csr'), '-subj', subject)
        openssl('x509', '-req', '-in', self.path(name + '.csr'), '-CA', self.path('ca.pem'), '-CAkey', self.path('ca.key'), '-CAcreateserial', '-out', self.path(name + '.pem'), '-days', '2')
        os.chmod(self.path(name + '.key'), 0o600)

    def write_list(self):
        """crl.pem: what was taken back."""
        if not os.path.exists(self.path('ca.cnf')):
            with open(self.path('ca.cnf'), 'w', encoding='ascii') as f:
                f.write(f'[ca]\ndefault_ca=own\n[own]\ndatabase={self.path("index")}\ncrlnumber={self.path("number")}\ndefault_md=sha256\ndefault_crl_days=2\n'
                        f'certificate={self.path("ca.pem")}\nprivate_key={self.path("ca.key")}\n')
            for name, text in (('index', ''), ('number', '01\n')):
                with open(self.path(name), 'w', encoding='ascii') as f:
                    f.write(text)
        openssl('ca', '-config', self.path('ca.cnf'), '-gencrl', '-out', self.path('crl.pem'))

    def revoke(self, name):
        openssl('ca', '-config', self.path('ca.cnf'), '-revoke', self.path(name + '.pem'))
        self.write_list()


def context_of(papers, client=None, version=None):
    context = ssl.create_default_context(cafile=papers.path('ca.pem'))
    context.check_hostname = False
    if client:
        context.load_cert_chain(papers.path(client + '.pem'), papers.path(client + '.key'))
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class Half:
    """A handshake that has come to the client's certificate, which is not sent yet."""

    def __init__(self, papers, port, client):
        self.socket = socket.create_connection(('127.0.0.1', port), 30)
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context_of(papers, client).wrap_bio(self.came, self.goes, server_hostname='localhost')
        while not self.is_over():
            self.socket.sendall(self.goes.read())
            self.came.write(self.socket.recv(1 << 16))

    def is_over(self):
        try:
            self.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False

    def answer(self, request):
        """Goes on with it and asks: the first bytes of the answer that is understood."""
        try:
            self.tls.write(request)
            self.socket.sendall(self.goes.read())
            while part := self.socket.recv(1 << 16):
                self.came.write(part)
                try:
                    return self.tls.read()
                except ssl.SSLWantReadError:
                    pass
        except (ssl.SSLError, ConnectionError):
            pass
        return b''
