/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include "field_id.h"
#include "field_table.h"

#include <inttypes.h>
#include <string.h>

/* A word in an error text, cut where somebody wrote a very long one. */
#define WORD "%.*s"
#define WORD_OF(span) (int)((span).length < 64 ? (span).length : 64), (span).start

/* VALUE or VALUE*COUNT. */
static bool parse_repeated(struct span word, uint64_t *value, uint64_t *count)
{
	const char *star = memchr(word.start, '*', word.length);
	struct span number = word;

	*count = 1;
	if (star) {
		struct span times = { star + 1, word.length - (size_t)(star + 1 - word.start) };

		number.length = (size_t)(star - word.start);
		if (!parse_number(times, count) || *count == 0)
			return false;
	}

	return parse_number(number, value);
}

/* Appends the values of one entry, exactly as many as it has elements. */
static int32_t take_values(const struct profile_place *place, struct span name, struct span rest,
			   const struct module_field *field, struct module *module)
{
	uint64_t wanted = (uint64_t)field->fields * field->elements;
	uint64_t max = field_id_max_value(field->id);
	uint64_t have = 0;
	struct span word;

	if (wanted > MODULE_MAX_VALUES - module->value_count)
		return profile_fail(place, "Remove fields from the profile.",
				    "the profile holds more than %u values.", MODULE_MAX_VALUES);
	while (take_word(&rest, &word)) {
		uint64_t value;
		uint64_t count;

		if (!parse_repeated(word, &value, &count))
			return profile_fail(place, "Write decimal, 0x and hexadecimal digits, or VALUE*COUNT.",
					    "\"" WORD "\" is not a value of " WORD ".", WORD_OF(word), WORD_OF(name));
		if (value > max)
			return profile_fail(place, "Write a value that fits the element size.",
					    WORD " holds 0x%" PRIx64 ", but its elements are %u bits wide.",
					    WORD_OF(name), value, 8u << field_id_size_code(field->id));
		if (count > wanted - have)
			return profile_fail(place, "Write one value for each element of each field.",
					    WORD " has %" PRIu64 " elements, and more values than that are given.",
					    WORD_OF(name), wanted);
		for (uint64_t i = 0; i < count; i++)
			module->values[module->value_count++] = value;
		have += count;
	}

	if (have == wanted)
		return TDXDASH_OK;
	return profile_fail(place, "Write one value for each element of each field.",
			    WORD " has %" PRIu64 " elements, but %" PRIu64 " values are given.", WORD_OF(name), wanted,
			    have);
}

static uint64_t order(uint64_t id)
{
	return (uint64_t)field_id_class(id) << 24 | field_id_code(id);
}

/* The module's tables ascend by class and code, and so must a profile; that also rules out fields that overlap. */
static int32_t add(const struct profile_place *place, struct span name, struct span rest, struct module_field field,
		   struct module *module)
{
	int32_t result;

	if (module_find(module, field.id))
		return profile_fail(place, "Keep one of the two lines.", WORD " is given twice.", WORD_OF(name));
	if (module->field_count > 0 && order(module->fields[module->field_count - 1].id) > order(field.id))
		return profile_fail(place, "Order the fields by class code, then by field code.",
				    WORD " comes behind a field with a higher id.", WORD_OF(name));
	if (module->field_count == MODULE_MAX_FIELDS)
		return profile_fail(place, "Remove fields from the profile.", "the profile holds more than %u fields.",
				    MODULE_MAX_FIELDS);
	field.first_value = module->value_count;
	result = take_values(place, name, rest, &field, module);
	if (result == TDXDASH_OK)
		module->fields[module->field_count++] = field;
	return result;
}

int32_t profile_field(const struct profile_place *place, struct span rest, struct module *module)
{
	const struct known_field *known;
	struct module_field field = { 0 };
	struct span name;

	if (!take_word(&rest, &name))
		return profile_fail(place, "Write: field NAME VALUE...", "the field has no name.");
	known = known_field_find(name.start, name.length);
	if (!known)
		return profile_fail(place, "Check the name, or write: extra ID NAME FIELDSxELEMENTS VALUE...",
				    "unknown field \"" WORD "\".", WORD_OF(name));
	field.id = known->id;
	field.fields = known->fields;
	field.elements = known->elements;
	return add(place, name, rest, field, module);
}

/* FIELDSxELEMENTS. */
static bool parse_shape(struct span word, struct module_field *field)
{
	const char *x = memchr(word.start, 'x', word.length);
	struct span fields = word;
	struct span elements = { 0 };
	uint64_t field_count;
	uint64_t element_count;

	if (!x)
		return false;
	fields.length = (size_t)(x - word.start);
	elements.start = x + 1;
	elements.length = word.length - fields.length - 1;
	if (!parse_number(fields, &field_count) || !parse_number(elements, &element_count))
		return false;
	if (field_count - 1 >= FIELD_ID_MAX_FIELDS || element_count - 1 >= FIELD_ID_MAX_ELEMENTS)
		return false;
	field->fields = (uint32_t)field_count;
	field->elements = (uint32_t)element_count;
	return field_id_code(field->id) + field->fields * field->elements - 1 <= FIELD_ID_CODE_MASK;
}

int32_t profile_extra(const struct profile_place *place, struct span rest, struct module *module)
{
	struct module_field field = { 0 };
	struct span id;
	struct span name;
	struct span shape;

	if (!take_word(&rest, &id) || !take_word(&rest, &name) || !take_word(&rest, &shape))
		return profile_fail(place, "Write: extra ID NAME FIELDSxELEMENTS VALUE...",
				    "the extra field lacks its id, name or shape.");
	if (!parse_number(id, &field.id) || (field.id & ~FIELD_ID_LOOKUP_MASK))
		return profile_fail(place, "Write a field id whose reserved bits, counts and context are 0.",
				    "\"" WORD "\" is not the id of a field.", WORD_OF(id));
	if (known_field_find(name.start, name.length))
		return profile_fail(place, "Write: field NAME VALUE...", WORD " is a field that the library knows.",
				    WORD_OF(name));
	if (!parse_shape(shape, &field))
		return profile_fail(place, "Write 1x1 to 512x16, with all codes below 2^24.",
				    "\"" WORD "\" is not a shape.", WORD_OF(shape));
	return add(place, name, rest, field, module);
}
