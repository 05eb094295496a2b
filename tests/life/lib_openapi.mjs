// SPDX-License-Identifier: Apache-2.0
// For 71-openapi.py: reads {document, answers: [[method, path of the document, status, body], ...]} from stdin, and tells what is wrong with it, a line each: the document by the
// schema of OpenAPI 3.1, its examples and the answers by the document's own schemas, with a validator that is not ours.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ui = join(process.env.SRC, 'ui');
const need = createRequire(join(ui, 'package.json'));
const { Validator } = await import(pathToFileURL(join(ui, 'node_modules/@seriousme/openapi-schema-validator/index.js')).href);
const { default: Ajv } = await import(pathToFileURL(need.resolve('ajv/dist/2020.js')).href);
const { default: formats } = await import(pathToFileURL(need.resolve('ajv-formats')).href);

const { document, answers } = JSON.parse(readFileSync(0, 'utf8'));
const wrong = [];

const verdict = await new Validator().validate(document);
if (!verdict.valid) wrong.push(`the document: ${JSON.stringify(verdict.errors).slice(0, 2000)}`);

const ajv = new Ajv.default ? new Ajv.default({ strict: false, allErrors: true }) : new Ajv({ strict: false, allErrors: true });
(formats.default ?? formats)(ajv);
ajv.addSchema(document, 'doc');
const compiled = new Map();
function check(what, pointer, value) {
  if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `doc#${pointer}` }));
  const test = compiled.get(pointer);
  if (!test(value)) wrong.push(`${what}: ${ajv.errorsText(test.errors).slice(0, 500)}`);
}
const part = (s) => s.replace(/~/g, '~0').replace(/\//g, '~1').replace(/[^\w~.-]/g, encodeURIComponent);

const ids = new Set();
for (const [path, item] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    const at = `/paths/${part(path)}/${method}`;
    if (ids.has(operation.operationId)) wrong.push(`${operation.operationId} stands there twice`);
    ids.add(operation.operationId);
    const body = operation.requestBody?.content['application/json'];
    if (body) check(`the example of the body of ${method} ${path}`, `${at}/requestBody/content/application~1json/schema`, body.example);
    for (const [status, response] of Object.entries(operation.responses)) {
      for (const [type, { example }] of Object.entries(response.content ?? {})) {
        if (example !== undefined) check(`the example of ${method} ${path} ${status}`, `${at}/responses/${status}/content/${part(type)}/schema`, example);
      }
    }
  }
}
for (const [method, path, status, body] of answers) {
  const operation = document.paths[path]?.[method.toLowerCase()];
  let at = `/paths/${part(path)}/${method.toLowerCase()}/responses/${operation?.responses[status] ? status : 'default'}`;
  const response = operation?.responses[status] ?? operation?.responses.default;
  if (!response) {
    wrong.push(`${method} ${path} is not in the document`);
    continue;
  }
  if (response.$ref) at = response.$ref.slice(1);
  const content = (response.$ref ? document.components.responses[response.$ref.split('/').pop()] : response).content;
  check(`${method} ${path}: ${status}`, `${at}/content/${part(Object.keys(content)[0])}/schema`, body);
}
console.log(wrong.join('\n'));
