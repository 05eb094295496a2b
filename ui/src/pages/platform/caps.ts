// SPDX-License-Identifier: Apache-2.0
// The names of Linux capabilities, by their bit.
const NAMES = 'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'.split(' ');

// The set comes as a decimal number in text: it has more bits than a number of JavaScript.
export function capNames(set: string): string[] {
  if (!/^\d+$/.test(set)) return set === '' ? [] : [set];
  const bits = BigInt(set);
  return NAMES.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

export const allCaps = (names: readonly string[]): boolean => names.length >= NAMES.length - 3;
