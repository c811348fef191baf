/* SPDX-License-Identifier: MIT */
/* MD_FIELD_ID of the Intel TDX module ABI specification, and the status codes that answer a wrong one. */
#ifndef TDXDASH_LIB_FIELD_ID_H
#define TDXDASH_LIB_FIELD_ID_H

#include <stdbool.h>
#include <stdint.h>

#define FIELD_ID_NULL UINT64_MAX
#define FIELD_ID_CODE_MASK UINT64_C(0x0000000000ffffff)
#define FIELD_ID_CONTEXT_MASK UINT64_C(0x0070000000000000)
/* Bits 31:24, 49:47, 55 and 62, last element in field and last field in sequence: all 0 in the id of one element. */
#define FIELD_ID_ELEMENT_MUST_BE_ZERO UINT64_C(0x4083fffcff000000)
/* What the id of a lookup table entry may use: bit 63, class, element size, code. */
#define FIELD_ID_LOOKUP_MASK UINT64_C(0xbf00000300ffffff)
/* Bits 46:38 count the fields of a sequence, less one. */
#define FIELD_ID_MAX_FIELDS 512u
/* Bits 37:34 count the elements of a field, less one. */
#define FIELD_ID_MAX_ELEMENTS 16u

#define TDX_SUCCESS UINT64_C(0)
#define TDX_OPERAND_INVALID UINT64_C(0xc000010000000000)
#define TDX_METADATA_FIELD_ID_INCORRECT UINT64_C(0xc0000c0000000000)
#define TDX_METADATA_LIST_OVERFLOW UINT64_C(0xc0000c0400000000)
#define TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT UINT64_C(0x00000c0b00000000)
#define TDX_OPERAND_RCX UINT64_C(1)
#define TDX_OPERAND_RDX UINT64_C(2)
#define TDX_OPERAND_R8 UINT64_C(8)

static inline uint32_t field_id_code(uint64_t id)
{
	return (uint32_t)(id & FIELD_ID_CODE_MASK);
}

static inline uint32_t field_id_class(uint64_t id)
{
	return (uint32_t)(id >> 56) & 0x3f;
}

static inline uint32_t field_id_size_code(uint64_t id)
{
	return (uint32_t)(id >> 32) & 3;
}

/* The largest value of an element. */
static inline uint64_t field_id_max_value(uint64_t id)
{
	return UINT64_MAX >> (64 - (8u << field_id_size_code(id)));
}

/* The module ignores the context bits when it looks for the null id. */
static inline bool field_id_is_null(uint64_t id)
{
	return (id | FIELD_ID_CONTEXT_MASK) == FIELD_ID_NULL;
}

static inline uint64_t field_id_with_code(uint64_t id, uint32_t code)
{
	return (id & ~FIELD_ID_CODE_MASK) | code;
}

static inline uint64_t field_id_sequence_header(uint64_t id, uint32_t fields, uint32_t elements)
{
	return id | (uint64_t)(elements - 1) << 34 | (uint64_t)(fields - 1) << 38;
}

#endif
