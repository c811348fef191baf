// @ts-check
// The REST API's contract against the schema of OpenAPI 3.1, by a validator that has no part in making it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";

const file = new URL("../data/api/openapi.json", import.meta.url);

test("the contract is valid OpenAPI 3.1", async () => {
  const document = JSON.parse(await readFile(file, "utf8"));
  const validator = new Validator();

  const result = await validator.validate(document);

  assert.deepEqual(result.errors ?? [], []);
  assert.equal(result.valid, true);
  assert.equal(validator.version, "3.1");
});

test("the validator refuses what is none", async () => {
  const document = JSON.parse(await readFile(file, "utf8"));
  document.paths["/api/v1/hosts"].get.parameters[0].in = "nowhere";

  assert.equal((await new Validator().validate(document)).valid, false);
});
