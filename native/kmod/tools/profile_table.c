// SPDX-License-Identifier: GPL-2.0-only
/* Prints a profile as a C table for emulated.c. Parses it with libtdxdash, so that both emulated modules know the same. */
#include "profile.h"

#include <inttypes.h>
#include <stdio.h>

static void print_refusal(const char *leaf, struct module_refusal refusal)
{
	if (refusal.refuses)
		printf("\t.%s = { true, 0x%" PRIx64 "ull },\n", leaf, refusal.status);
}

static void print_module(const struct module *module)
{
	printf("static const struct module PROFILE = {\n\t.name = \"%s\",\n", module->name);
	print_refusal("rd", module->rd);
	print_refusal("rdall", module->rdall);
	printf("\t.field_count = %u,\n\t.value_count = %u,\n\t.fields = {\n", module->field_count, module->value_count);
	for (uint32_t i = 0; i < module->field_count; i++) {
		const struct module_field *field = &module->fields[i];

		printf("\t\t{ 0x%016" PRIx64 "ull, %u, %u, %u },\n", field->id, field->fields, field->elements,
		       field->first_value);
	}
	printf("\t},\n\t.values = {\n");
	for (uint32_t i = 0; i < module->value_count; i++)
		printf("\t\t0x%" PRIx64 "ull,\n", module->values[i]);
	printf("\t},\n};\n");
}

int main(int count, char **arguments)
{
	static struct module module;
	struct tdxdash_error error;

	if (count != 2) {
		fprintf(stderr, "usage: %s PROFILE\n", arguments[0]);
		return 2;
	}
	if (profile_read(arguments[1], &module, &error) != TDXDASH_OK) {
		fprintf(stderr, "%s %s\n", error.message, error.remedy);
		return 1;
	}
	print_module(&module);
	return fflush(stdout) || ferror(stdout);
}
