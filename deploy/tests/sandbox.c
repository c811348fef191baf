/*
 * Runs a program under the system-call filter of a systemd unit, since there is no running systemd where the tests run:
 *   sandbox [--deny-write-execute] PROGRAM [ARGUMENT]...
 * ALLOWED is a header of system-call names, one ALLOW(name) a line; every other call gives EPERM, as SystemCallErrorNumber= of the units says.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const unsigned int allowed[] = {
#include ALLOWED
};

#define COUNT (sizeof(allowed) / sizeof(allowed[0]))

static struct sock_filter program[2 * COUNT + 32];
static unsigned short length;

static void add(struct sock_filter instruction)
{
	program[length++] = instruction;
}

static void load(size_t offset)
{
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)offset));
}

static void give(unsigned int verdict)
{
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* The call is refused when all these bits of its third argument are set, as MemoryDenyWriteExecute= does. */
static void deny_bits(unsigned int call, unsigned int bits)
{
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 5));
	load(offsetof(struct seccomp_data, args[2]));
	add((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1));
	give(SECCOMP_RET_ERRNO | EPERM);
	load(offsetof(struct seccomp_data, nr));
}

int main(int argc, char **argv)
{
	int deny = argc > 1 && strcmp(argv[1], "--deny-write-execute") == 0;
	char **command = argv + 1 + deny;

	if (argc < 2 + deny) {
		fprintf(stderr, "usage: sandbox [--deny-write-execute] PROGRAM [ARGUMENT]...\n");
		return 2;
	}

	load(offsetof(struct seccomp_data, arch));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
	give(SECCOMP_RET_KILL_PROCESS);
	load(offsetof(struct seccomp_data, nr));
	if (deny) {
		deny_bits(SYS_mmap, PROT_WRITE | PROT_EXEC);
		deny_bits(SYS_mprotect, PROT_EXEC);
		deny_bits(SYS_pkey_mprotect, PROT_EXEC);
	}
	for (size_t i = 0; i < COUNT; i++) {
		add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1));
		give(SECCOMP_RET_ALLOW);
	}
	give(SECCOMP_RET_ERRNO | EPERM);

	struct sock_fprog filter = { .len = length, .filter = program };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
		perror("sandbox");
		return 1;
	}
	execvp(command[0], command);
	perror(command[0]);
	return 1;
}
