/* SPDX-License-Identifier: MIT */
/*
 * A libFuzzer target: the emulated machine under any sequence of calls. Input is a script of steps: a byte that says what,
 * and its operands. Every step leaves a machine whose parts fit each other, and the same script gives the same answers.
 */
#include "machine.h"
#include "profile.h"
#include "seamldr_params.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROMISE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			(void)fprintf(stderr, "%s:%d: promise broken: %s\n", __FILE__, __LINE__, #condition);          \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

#define ARRAY UINT64_C(0x1000000)
#define PARAMS UINT64_C(0x2000000)
#define GIB (UINT64_C(1) << 30)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct module profiles[3];

/* What is left of the script; it goes on with zeros. */
struct script {
	const uint8_t *at;
	size_t left;
};

static uint64_t take(struct script *script, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes && script->left > 0; i++, script->at++, script->left--)
		value |= (uint64_t)*script->at << (8 * i);
	return value;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const paths[] = { PROFILES "/tdx-1.5.08-emr.profile", PROFILES "/tdx-1.5.16-srf.profile",
					     PROFILES "/tdx-2.0.08-gnr.profile" };

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < 3; i++)
		PROMISE(profile_read(paths[i], &profiles[i], NULL) == TDXDASH_OK);
	return 0;
}

/* Operands that are right as often as not. */
static struct tdxdash_registers take_registers(struct script *script, uint64_t leaf)
{
	struct tdxdash_registers r = { 0 };

	switch (take(script, 1) % 4) {
	case 0:
		r.rcx = take(script, 8);
		r.rdx = take(script, 8);
		r.r8 = take(script, 8);
		return r;
	case 1:
		r.rcx = take(script, 1) * GIB;
		return r;
	default:
		r.rcx = leaf == TDXDASH_LEAF_SYS_CONFIG	      ? ARRAY :
			leaf == TDXDASH_LEAF_SEAMLDR_INSTALL  ? PARAMS :
			leaf == TDXDASH_LEAF_SYS_TDMR_INIT    ? GIB :
								0;
		r.rdx = leaf == TDXDASH_LEAF_SYS_CONFIG ? 1 : leaf == TDXDASH_LEAF_SYS_RD ? UINT64_MAX : 0;
		r.r8 = leaf == TDXDASH_LEAF_SYS_CONFIG ? 40 : 0;
		return r;
	}
}

static uint64_t call(struct machine *machine, struct script *script)
{
	static const uint64_t leaves[] = { TDXDASH_LEAF_SYS_INIT,     TDXDASH_LEAF_SYS_LP_INIT,
					   TDXDASH_LEAF_SYS_CONFIG,   TDXDASH_LEAF_SYS_KEY_CONFIG,
					   TDXDASH_LEAF_SYS_TDMR_INIT, TDXDASH_LEAF_SYS_SHUTDOWN,
					   TDXDASH_LEAF_SYS_UPDATE,   TDXDASH_LEAF_SEAMLDR_INSTALL,
					   TDXDASH_LEAF_SYS_RD,	      TDXDASH_LEAF_SYS_RDALL,
					   TDXDASH_LEAF_SYS_LP_SHUTDOWN };
	uint64_t leaf = leaves[take(script, 1) % (sizeof(leaves) / sizeof(leaves[0]))];
	struct tdxdash_registers r = take_registers(script, leaf);
	struct tdxdash_registers before = r;
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };
	int32_t code = machine_call(machine, leaf, &r, page, NULL);

	PROMISE(code == TDXDASH_OK || code == TDXDASH_NOT_EXECUTED);
	if (code != TDXDASH_OK)
		PROMISE(!machine->seamldr.module_runs && memcmp(&r, &before, sizeof(r)) == 0);
	PROMISE(r.r9 == 0 && r.r10 == 0 && r.r11 == before.r11);
	return code == TDXDASH_OK ? r.rax : UINT64_MAX;
}

/* The same leaf on every processor, which chance alone hardly ever gets to. */
static uint64_t call_everywhere(struct machine *machine, struct script *script)
{
	static const uint64_t leaves[] = { TDXDASH_LEAF_SEAMLDR_INSTALL, TDXDASH_LEAF_SYS_LP_INIT,
					   TDXDASH_LEAF_SYS_KEY_CONFIG };
	uint64_t leaf = leaves[take(script, 1) % 3];
	uint64_t trace = 0;

	for (machine->cpu = 0; machine->cpu < machine->processor_count; machine->cpu++) {
		struct tdxdash_registers r = { .rcx = PARAMS };

		trace = trace * 31 + (uint64_t)machine_call(machine, leaf, &r, NULL, NULL) + r.rax;
	}

	machine->cpu = 0;
	return trace;
}

static uint64_t write_memory(struct machine *machine, struct script *script)
{
	static const uint64_t bases[] = { ARRAY, ARRAY + 512, PARAMS, 0 };
	uint64_t words[16];
	uint64_t address = bases[take(script, 1) % 4] + 8 * take(script, 1);
	uint32_t count = 1 + (uint32_t)take(script, 1) % 16;

	for (uint32_t i = 0; i < count; i++)
		words[i] = take(script, 1) % 2 ? take(script, 8) : take(script, 1) * GIB;
	return (uint64_t)memory_write(&machine->memory, address, words, 8u * count, NULL);
}

/* One TDMR of 1 GiB. */
static uint64_t write_layout(struct machine *machine)
{
	static const uint64_t address = ARRAY + 512;
	static const uint64_t tdmr[8] = { GIB, GIB, 8 * GIB, 0x1000, 8 * GIB + 0x1000, 0x2000, 8 * GIB + 0x3000, 0x400000 };

	(void)memory_write(&machine->memory, ARRAY, &address, sizeof(address), NULL);
	return (uint64_t)memory_write(&machine->memory, address, tdmr, sizeof(tdmr), NULL);
}

static uint64_t stage(struct machine *machine, struct script *script)
{
	unsigned char params[SEAMLDR_PARAMS_SIZE];
	uint64_t choice = take(script, 1);
	struct module *image = malloc(sizeof(*image));

	PROMISE(image);
	*image = profiles[choice % 3];
	free(machine->seamldr.image);
	machine->seamldr.image = image;
	seamldr_params_make(PARAMS, (uint32_t)(choice >> 4) % 2, params);
	return (uint64_t)memory_write(&machine->memory, PARAMS, params, sizeof(params), NULL);
}

static uint64_t order(struct machine *machine, struct script *script)
{
	struct tdxdash_fault faults[3];
	uint32_t count = (uint32_t)take(script, 1) % 4;

	for (uint32_t i = 0; i < count; i++) {
		faults[i] = (struct tdxdash_fault){
			.kind = (uint32_t)take(script, 1) % 8,
			.target = take(script, 1) % 2 ? TDXDASH_ANY : (uint32_t)take(script, 1),
			.permille = (uint32_t)take(script, 2),
			.skip = (uint32_t)take(script, 1),
			.times = (uint32_t)take(script, 1),
		};
		if (faults[i].kind == TDXDASH_FAULT_IMAGE)
			faults[i].status = take(script, 1) % 2 ? SEAMLDR_EBADHASH : SEAMLDR_EBADSIG;
		if (faults[i].kind == TDXDASH_FAULT_PLATFORM) {
			faults[i].leaf = TDXDASH_LEAF_SYS_LP_INIT;
			faults[i].status = UINT64_C(0xc000092000000000) | take(script, 4);
		}
	}

	return (uint64_t)faults_order(&machine->faults, take(script, 8), faults, count, NULL);
}

static void check(const struct machine *machine)
{
	const struct module_state *state = &machine->state;
	uint32_t initialized = 0;
	uint32_t installing = 0;
	uint32_t all = (UINT32_C(1) << machine->package_count) - 1;

	for (uint32_t i = 0; i < machine->processor_count; i++) {
		initialized += machine->processors[i].initialized;
		installing += machine->processors[i].installing;
	}

	PROMISE(state->sys_state <= TDXDASH_SYS_NO_MODULE && state->tdmr_count <= TDMR_MAX_COUNT);
	PROMISE(initialized == state->initialized_logical_processors && installing == machine->seamldr.installing);
	PROMISE(installing < machine->processor_count && (installing == 0 || !machine->seamldr.module_runs));
	PROMISE(state->sys_state != TDXDASH_SYS_NO_MODULE || !machine->seamldr.module_runs);
	PROMISE(state->sys_state != TDXDASH_SYS_INIT_PENDING || (initialized == 0 && state->tdmr_count == 0));
	PROMISE((state->keyed_packages & all) != all || state->sys_state >= TDXDASH_SYS_READY);
	PROMISE(state->sys_state != TDXDASH_SYS_READY || (initialized == machine->processor_count && state->tdmr_count > 0));
	PROMISE(!machine->handoff.valid || machine->handoff.kept.tdmr_count > 0);
	PROMISE(machine->seamldr.remaining_updates <= machine->module.platform.max_updates);
	for (uint32_t i = 0; i < state->tdmr_count; i++)
		PROMISE(state->initialized_bytes[i] <= state->tdmrs[i].tdmr.size);
}

static uint64_t step(struct machine *machine, struct script *script)
{
	switch (take(script, 1) % 8) {
	case 0:
		machine->cpu = (uint32_t)take(script, 1) % machine->processor_count;
		return 0;
	case 1:
		return call_everywhere(machine, script);
	case 2:
		return write_memory(machine, script);
	case 3:
		return write_layout(machine);
	case 4:
		return stage(machine, script);
	case 5:
		return order(machine, script);
	default:
		return call(machine, script);
	}
}

/* All answers of a script as one number. */
static uint64_t run(const uint8_t *data, size_t size)
{
	struct script script = { data, size };
	struct machine *machine = calloc(1, sizeof(*machine));
	uint64_t trace = 0;

	PROMISE(machine);
	machine->module = profiles[0];
	machine->module.platform.logical_processors = 1 + (uint32_t)take(&script, 1) % 4;
	machine->module.platform.sys_state = TDXDASH_SYS_NO_MODULE;
	machine->module.platform.max_updates = 2;
	PROMISE(machine_begin(machine, NULL) == TDXDASH_OK);
	while (script.left > 0) {
		trace = trace * UINT64_C(6364136223846793005) + step(machine, &script) + 1;
		check(machine);
	}

	machine_clear(machine);
	free(machine);
	return trace;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PROMISE(run(data, size) == run(data, size));
	return 0;
}
