#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# vigie-test: seconds=35 sanitized=long
"""Problems and recoveries reach people: by mail through a mail server (aiosmtpd), by webhook, by a command with a pipe; also when the other side is away,
refuses, or offers a certificate that nobody knows, and when the notifier is killed."""
import email.header
import email.policy
import glob
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time

from lib_vigie import Skip, Vigie, main, until, vigie

PORT = int(os.environ.get('PORT', '22500'))
SMTP, HOOK = PORT, PORT + 1
PYTHON = '/usr/bin/python3'  # Debian's own, which has Debian's aiosmtpd
NASTY = 'é € “quoted” $(id) `id` \'; id'
TOLD = NASTY.replace(';', ':')  # no ';' is left in the first line of an output, as in Nagios: its log and status are parted by it
BREAK_OUT = r'\r\nBcc: x@example.org'  # passive results write a line end so

OBJECTS = """
define command {
 command_name notify-by-pipe
 command_line /usr/bin/printf "%b" "$NOTIFICATIONTYPE$ $HOSTNAME$/$SERVICEDESC$ $SERVICESTATE$\\n$SERVICEOUTPUT$\\n" | /bin/cat >> {told}
}
define contact {
 contact_name mia
 host_notification_period always
 service_notification_period always
 host_notification_options d,r
 service_notification_options c,r
 vigie_mail mia@localhost, team@localhost
}
define contact {
 contact_name hugo
 host_notification_period always
 service_notification_period always
 host_notification_options d,r
 service_notification_options c,r
 vigie_webhook http://127.0.0.1:{hook}/vigie?key=s3cret
}
define contact {
 contact_name petra
 host_notification_period always
 service_notification_period always
 host_notification_options d,r
 service_notification_options c,r
 host_notification_commands tell
 service_notification_commands notify-by-pipe
}
define host {
 use th
 host_name h
 address 127.0.0.1
 contacts mia,hugo,petra
}
define service {
 use ts
 host_name h
 service_description Größe
 active_checks_enabled 0
 max_check_attempts 1
 notification_interval 0
 contacts mia,hugo,petra
}
"""


class MailServer:
    """A mail server that puts what it takes into a Maildir."""

    def __init__(self, v, *options):
        if subprocess.run([PYTHON, '-c', 'import aiosmtpd'], stderr=subprocess.DEVNULL).returncode:
            raise Skip('needs python3-aiosmtpd')
        self.box = v.path('box')
        self.said = open(v.path('smtp.log'), 'a+')
        self.process = subprocess.Popen([PYTHON, '-m', 'aiosmtpd', '-n', '-d', '-c', 'aiosmtpd.handlers.Mailbox', '-l', f'127.0.0.1:{SMTP}',
                                         *options, self.box], stdout=self.said, stderr=self.said)
        until(lambda: listens(SMTP), 'the mail server listens')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.said.close()

    def mails(self):
        found = []
        for path in glob.glob(self.box + '/new/*'):
            with open(path, 'rb') as f:
                found.append(email.message_from_binary_file(f, policy=email.policy.default))
        return found


class Hook:
    """A web server that keeps what is posted to it, and answers as it is told."""

    def __init__(self, port=HOOK, status=204):
        self.posted, self.tries, self.status = [], 0, status
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                hook.tries += 1
                if hook.status == 204:
                    hook.posted.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(('127.0.0.1', port)) == 0


class Telling(Vigie):
    def __init__(self, main=''):
        super().__init__(main=f'vigie_smtp_server=127.0.0.1:{SMTP}\nvigie_smtp_from=vigie@localhost\n{main}')
        self.put('told', '')
        os.chmod(self.path('told'), 0o666)
        with open(self.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write(OBJECTS.replace('{told}', self.path('told')).replace('{hook}', str(HOOK)))
        with open(self.path('objects.cfg'), encoding='utf-8') as f:
            text = f.read()
        head, _, rest = text.partition('define host {\n use th\n host_name h\n')  # the common objects, without the host of others
        self.put('objects.cfg', head + rest[rest.index('define command'):])

    def result(self, state, output):
        self.order(f'PROCESS_SERVICE_CHECK_RESULT;h;Größe;{state};{output}')

    def told(self):
        with open(self.path('told'), encoding='utf-8') as f:
            return f.read()


def subjects(server):
    return [m['Subject'] for m in server.mails()]


def test_three_ways():
    with Telling() as v, MailServer(v) as server, Hook() as hook:
        v.start()
        v.result(2, NASTY + BREAK_OUT + r'\nsecond line')
        until(lambda: server.mails() and hook.posted and v.told(), 'all three are told')
        v.result(0, 'calm again')
        until(lambda: len(server.mails()) == 2 and len(hook.posted) == 2 and 'RECOVERY' in v.told(), 'all three hear the end')

        problem = next(m for m in server.mails() if 'PROBLEM' in m['Subject'])
        assert problem['Subject'] == 'PROBLEM: h/Größe is CRITICAL', problem['Subject']
        assert 'RECOVERY: h/Größe is OK' in subjects(server), subjects(server)
        assert [a.addr_spec for a in problem['To'].addresses] == ['mia@localhost', 'team@localhost']
        assert problem['X-RcptTo'] == 'mia@localhost, team@localhost', 'both were asked of the server'
        assert problem['From'].addresses[0].addr_spec == 'vigie@localhost' and problem['Auto-Submitted'] == 'auto-generated'
        assert problem['Bcc'] is None and problem['Date'].datetime and problem['Message-ID']
        text = problem.get_content().replace('\r\n', '\n')
        assert TOLD in text and '\nBcc: x@example.org\nsecond line' in text and 'State: CRITICAL' in text, text

        path, headers, first = hook.posted[0]
        assert path == '/vigie?key=s3cret' and headers['Content-Type'] == 'application/json'
        assert (first['type'], first['host'], first['service'], first['state']) == ('PROBLEM', 'h', 'Größe', 'CRITICAL'), first
        assert first['output'].startswith(TOLD) and 'Bcc: x' in first['long_output'] and first['contact'] == 'hugo' and first['number'] == 1 and first['time'].endswith('Z'), first
        assert hook.posted[1][2]['type'] == 'RECOVERY', hook.posted
        assert 'PROBLEM h/Größe CRITICAL\n' in v.told() and 'uid=' not in v.told(), v.told()

        lines = [line for line in v.log().splitlines() if 'SERVICE NOTIFICATION' in line]
        for who in ('mia', 'hugo', 'petra'):
            assert sum(f'NOTIFICATION: {who};h;Größe;' in line for line in lines) == 2, lines
        assert 's3cret' not in v.log() + v.said(), 'the key of a webhook is nobody\'s to read'
        assert v.stop() == 0


def test_the_other_side_is_away_at_first():
    with Telling() as v:
        v.start()
        v.result(2, 'while nobody listens')
        until(lambda: v.said().count('is tried again') >= 2, 'both tries are said to have failed')
        with MailServer(v) as server, Hook(status=503) as hook:
            until(lambda: server.mails(), 'the mail comes later')
            until(lambda: hook.tries, 'the hook is tried')
            hook.status = 204
            until(lambda: hook.posted, 'the hook gets it when it is well')
            assert len(server.mails()) == 1 and len(hook.posted) == 1


def test_refusals_are_said_and_not_repeated():
    with Telling() as v, MailServer(v, '-s', '100') as server, Hook(status=404) as hook:
        v.start()
        v.result(2, 'too long for this server')
        until(lambda: v.said().count('was not delivered') == 2, 'both refusals are said')
        assert 'the hook answered 404' in v.said() and '552' in v.said(), v.said()
        v.result(0, 'x')
        until(lambda: v.said().count('was not delivered') == 4, 'the recovery as well')
        assert hook.tries == 2 and not server.mails()


def certificate(v):
    key, cert = v.path('key.pem'), v.path('cert.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', '/CN=localhost', '-keyout', key, '-out', cert], check=True, stderr=subprocess.DEVNULL)
    return '--tlscert', cert, '--tlskey', key


def test_a_certificate_of_its_own_making():
    """What Debian's mail servers have on localhost: taken where nothing better was asked for, refused where it was."""
    with Telling() as v, MailServer(v, *certificate(v)) as server, Hook():
        v.start()
        v.result(2, 'over TLS')
        until(lambda: server.mails(), 'TLS without a name is better than none')
    with Telling('vigie_smtp_tls=required') as v, MailServer(v, *certificate(v)) as server, Hook():
        v.start()
        v.result(2, 'over TLS')
        until(lambda: 'certificate' in v.said(), 'the certificate is said to be no good')
        assert not server.mails()


def test_a_password_is_not_given_in_the_clear():
    with Telling('vigie_smtp_user=vigie\nvigie_smtp_password=Zeisig7') as v, MailServer(v) as server, Hook():
        v.start()
        v.result(2, 'with a name')
        until(lambda: 'is tried again' in v.said(), 'the server without TLS gets nothing')
        assert not server.mails()
        server.said.seek(0)
        assert 'AUTH' not in server.said.read().split('EHLO', 1)[1].split('QUIT')[0].replace('AUTH LOGIN PLAIN', '')
        assert 'Zeisig7' not in v.said() + v.log()


def test_killed_notifier():
    with Telling() as v:
        v.start()
        v.result(2, 'before the kill')
        until(lambda: v.said().count('is tried again') >= 2, 'nobody listens')
        for pid, words in v.roles().items():
            if words[1:3] == ['-x', 'notifier']:
                os.kill(pid, signal.SIGKILL)
        with MailServer(v) as server, Hook() as hook:
            until(lambda: server.mails() and hook.posted, 'a new notifier tells what the old one knew')
            assert server.mails()[0]['Subject'] == 'PROBLEM: h/Größe is CRITICAL'


def test_commands_of_a_file_that_is_somebody_elses():
    """Such a file may not bring lines for a shell. It is said wherever a person would look."""
    if os.getuid() != 0:
        raise Skip('needs root to give a file away')
    with Telling() as v:
        with open(v.path('objects.cfg'), 'a', encoding='utf-8') as f:
            f.write('define command {\n command_name piped\n command_line /bin/echo fine | /bin/cat\n}\n'
                    'define service {\n use ts\n host_name h\n service_description piped\n check_command piped\n contacts petra\n}\n')
        os.chown(v.path('objects.cfg'), 65500, 65500)
        v.start()
        v.order(f'SCHEDULE_FORCED_SVC_CHECK;h;piped;{int(time.time())}')
        until(lambda: v.service(service='piped', columns='has_been_checked')['has_been_checked'], 'it answers')
        row = v.service(service='piped', columns='state plugin_output')
        assert row['state'] == 3 and 'needs a shell' in row['plugin_output'] and 'belongs to user 65500' in row['plugin_output'], row
        v.result(2, 'bad')
        until(lambda: 'was not delivered' in v.log(), 'the log says it')
        line = next(line for line in v.log().splitlines() if 'was not delivered' in line)
        assert 'needs a shell' in line and v.path('objects.cfg') in line and not v.told(), line


def test_a_command_that_fails():
    """The log names the contact, the object, the command and the reason."""
    with Telling() as v:
        with open(v.path('objects.cfg'), encoding='utf-8') as f:
            text = f.read()
        v.put('objects.cfg', text.replace('/bin/cat >> ' + v.path('told'), '(/bin/cat >/dev/null && echo nobody at home >&2 && false)'))
        v.start()
        v.result(2, 'bad')
        until(lambda: "contact 'petra'" in v.log() and 'nobody at home' in v.log(), 'the log says it')
        line = next(line for line in v.log().splitlines() if 'not delivered' in line and 'petra' in line)
        assert "The notification of contact 'petra' about h;Größe by 'notify-by-pipe' was not delivered: " in line, line
        assert line.endswith('nobody at home'), line
        def ctl(*words):
            return vigie('ctl', words[0], '-c', v.main, *words[1:])[1]
        def why():
            return ctl('why', 'h/Größe')
        until(lambda: 'NOT delivered by notify-by-pipe' in why() and 'nobody at home' in why(), 'why says it')
        until(lambda: any('undelivered' in line and 'petra: ' in line for line in ctl('log').splitlines()), 'ctl log says it')
        assert 'did not arrive' in ctl('status')


main()
