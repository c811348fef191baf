/* SPDX-License-Identifier: MIT */
/* The emulated variant of the kernel module compiles this file too: nothing of the C library but integer types. */
#include "module.h"

#include "field_id.h"

#include <stddef.h>

/* A place in the walk over all fields. */
struct cursor {
	uint32_t index; /* field_count behind the last field */
	uint32_t code;
};

static uint32_t element_count(const struct module_field *field)
{
	return field->fields * field->elements;
}

const struct module_field *module_find(const struct module *module, uint64_t id)
{
	uint32_t code = field_id_code(id);

	for (uint32_t i = 0; i < module->field_count; i++) {
		const struct module_field *field = &module->fields[i];
		uint32_t first = field_id_code(field->id);

		if (field_id_class(field->id) == field_id_class(id) && code >= first &&
		    code - first < element_count(field))
			return field;
	}

	return NULL;
}

/* Inside an array the next id keeps the bits that the caller passed, except the context. */
static uint64_t next_element(const struct module *module, const struct module_field *field, uint64_t id)
{
	uint32_t code = field_id_code(id);
	uint32_t index = (uint32_t)(field - module->fields);

	if (code - field_id_code(field->id) + 1 < element_count(field))
		return field_id_with_code(id & ~FIELD_ID_CONTEXT_MASK, code + 1);
	return index + 1 < module->field_count ? module->fields[index + 1].id : FIELD_ID_NULL;
}

void module_sys_rd(const struct module *module, struct tdxdash_registers *registers)
{
	uint64_t id = registers->rdx;
	const struct module_field *field;

	registers->rdx = FIELD_ID_NULL;
	registers->r8 = 0;
	if (module->rd.refuses) {
		registers->rax = module->rd.status;
		return;
	}

	if (field_id_is_null(id)) {
		registers->rdx = module->fields[0].id;
		registers->rax = TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
		return;
	}

	field = (id & FIELD_ID_ELEMENT_MUST_BE_ZERO) ? NULL : module_find(module, id);
	if (!field) {
		registers->rax = TDX_METADATA_FIELD_ID_INCORRECT;
		return;
	}

	registers->r8 = module->values[field->first_value + field_id_code(id) - field_id_code(field->id)];
	registers->rdx = next_element(module, field, id);
	registers->rax = TDX_SUCCESS;
}

static void put(unsigned char *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

/* Moves to the next field. Says whether the one there belongs to the same sequence. */
static bool advance(const struct module *module, struct cursor *at)
{
	const struct module_field *from = &module->fields[at->index];
	const struct module_field *to;
	uint32_t behind = at->code + from->elements;

	if (behind - field_id_code(from->id) < element_count(from)) {
		at->code = behind;
		return true;
	}

	at->index++;
	if (at->index == module->field_count)
		return false;
	to = &module->fields[at->index];
	at->code = field_id_code(to->id);
	/* Bit 63 is no part of this, so one header can cover fields whose own ids differ in it. */
	return at->code == behind && field_id_class(to->id) == field_id_class(from->id) &&
	       to->elements == from->elements && field_id_size_code(to->id) == field_id_size_code(from->id);
}

/* Writes one sequence of whole fields, as many as there is room for; there is room for one. Returns its bytes. */
static uint32_t put_sequence(const struct module *module, struct cursor *at, unsigned char *to, uint32_t room)
{
	const struct module_field *field = &module->fields[at->index];
	uint64_t header = field_id_with_code(field->id, at->code);
	uint32_t elements = field->elements;
	uint32_t fields = 0;
	uint32_t used = 8;
	bool same = true;

	while (same && room - used >= 8 * elements && fields < FIELD_ID_MAX_FIELDS) {
		const uint64_t *values;

		field = &module->fields[at->index];
		values = &module->values[field->first_value + at->code - field_id_code(field->id)];
		for (uint32_t i = 0; i < elements; i++, used += 8)
			put(to + used, values[i], 8);
		fields++;
		same = advance(module, at);
	}

	put(to, field_id_sequence_header(header, fields, elements), 8);
	return used;
}

/* Writes sequences from at on until the list ends or the page is full. */
static void put_list(const struct module *module, struct cursor *at, unsigned char page[TDXDASH_PAGE_SIZE])
{
	uint32_t used = 8;
	uint32_t sequences = 0;

	while (at->index < module->field_count) {
		uint32_t room = TDXDASH_PAGE_SIZE - used;

		if (room < 8 + 8 * module->fields[at->index].elements)
			break;
		used += put_sequence(module, at, page + used, room);
		sequences++;
	}

	put(page, used, 2);
	put(page + 2, sequences, 2);
	put(page + 4, 0, 4);
}

/* Unlike TDH.SYS.RD, the start must be the beginning of a field and of its exact size; reserved bits are not looked at. */
static bool start_at(const struct module *module, uint64_t id, struct cursor *at)
{
	const struct module_field *field = field_id_is_null(id) ? &module->fields[0] : module_find(module, id);

	if (!field)
		return false;
	at->index = (uint32_t)(field - module->fields);
	at->code = field_id_code(field->id);
	if (field_id_is_null(id))
		return true;
	at->code = field_id_code(id);
	return field_id_size_code(id) == field_id_size_code(field->id) &&
	       (at->code - field_id_code(field->id)) % field->elements == 0;
}

void module_sys_rdall(const struct module *module, struct tdxdash_registers *registers,
		      unsigned char page[TDXDASH_PAGE_SIZE])
{
	uint64_t start = registers->r8;
	struct cursor at;

	registers->r8 = FIELD_ID_NULL;
	if (module->rdall.refuses) {
		registers->rax = module->rdall.status;
		return;
	}

	/* 0 lets the transport choose a page, and it chooses a good one. */
	if (registers->rdx != 0 && !platform_is_shared(&module->platform, registers->rdx, TDXDASH_PAGE_SIZE)) {
		registers->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
		return;
	}

	if (!start_at(module, start, &at)) {
		registers->rax = TDX_METADATA_FIELD_ID_INCORRECT;
		return;
	}

	put_list(module, &at, page);
	if (at.index < module->field_count) {
		registers->r8 = field_id_with_code(module->fields[at.index].id, at.code);
		registers->rax = TDX_METADATA_LIST_OVERFLOW;
		return;
	}

	registers->rax = TDX_SUCCESS;
}
