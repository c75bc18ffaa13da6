// Renders the OpenAPI documents. Text only ever becomes text nodes, never markup.
"use strict";

const documents = ["/openapi/payments-v2.json", "/openapi/payhub.json"];

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) node.setAttribute(key, value);
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

const code = text => element("code", {}, text);
const json = value => element("pre", {}, code(value));

function resolve(api, node) {
  return node.$ref ? node.$ref.split("/").slice(1).reduce((part, key) => part[key], api) : node;
}

function typeText(schema) {
  const types = [schema.type ?? (schema.anyOf ? schema.anyOf.map(part => part.type ?? "object") : "object")].flat(2);
  const main = types.filter(type => type !== "null").map(type => schema.format && type !== "null" ? `${type} (${schema.format})` : type);
  return main.join(" or ") + (types.includes("null") ? ", may be null" : "");
}

function ruleText(schema) {
  const rules = [];
  if (schema.enum) rules.push("one of " + schema.enum.filter(value => value !== null).join(", "));
  if (schema.const !== undefined) rules.push(`always ${schema.const}`);
  if (schema.minimum !== undefined) rules.push(`at least ${schema.minimum}`);
  if (schema.exclusiveMinimum !== undefined) rules.push(`more than ${schema.exclusiveMinimum}`);
  if (schema.maximum !== undefined) rules.push(`at most ${schema.maximum}`);
  if (schema.maxLength !== undefined) rules.push(`at most ${schema.maxLength} characters`);
  if (schema.minItems !== undefined) rules.push(`at least ${schema.minItems} entries`);
  if (schema.maxItems !== undefined) rules.push(`at most ${schema.maxItems} entries`);
  if (schema.maxProperties !== undefined) rules.push(`at most ${schema.maxProperties} entries`);
  if (schema.default !== undefined) rules.push(`${schema.default} when absent`);
  return [schema.description, sentence(rules.join("; "))].filter(Boolean).join(" ");
}

function sentence(text) {
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function fieldRows(api, schema, path = "") {
  const object = resolve(api, schema);
  return Object.entries(object.properties ?? {}).flatMap(([name, property]) => {
    const field = resolve(api, property);
    const inner = field.items ? resolve(api, field.items) : field;
    const full = path + name + (field.items ? "[]" : "");
    const isRequired = (object.required ?? []).includes(name);
    const condition = object.then?.required?.includes(name)
      ? "required when " + Object.entries(object.if.properties).map(([key, value]) => `${key} is ${value.const}`).join(" and ") : "";
    const row = element("tr", {},
      element("td", {}, code(full)),
      element("td", {}, typeText(field)),
      element("td", { class: isRequired ? "required" : "soft" }, isRequired ? "required" : condition || "optional"),
      element("td", {}, ruleText(field)));
    return [row, ...(inner.properties ? fieldRows(api, inner, full + ".") : [])];
  });
}

function table(headings, rows) {
  const head = element("tr", {}, ...headings.map(heading => element("th", { scope: "col" }, heading)));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

function parameters(api, operation) {
  const rows = operation.parameters.map(entry => resolve(api, entry)).map(parameter => element("tr", {},
    element("td", {}, code(parameter.name)),
    element("td", {}, `${parameter.in}, ${typeText(parameter.schema)}`),
    element("td", { class: parameter.required ? "required" : "soft" }, parameter.required ? "required" : "optional"),
    element("td", {}, [parameter.description, ruleText(parameter.schema)].filter(Boolean).join(" "))));
  return rows.length ? [element("h3", {}, "Parameters"), table(["Name", "Type", "", "Rule"], rows)] : [];
}

function requestBody(api, operation, text) {
  if (!operation.requestBody) return [];
  const content = operation.requestBody.content["application/json"];
  return [
    element("h3", {}, "Request body"),
    table(["Field", "Type", "", "Rule"], fieldRows(api, content.schema)),
    ...Object.values(content.examples).map(example => json(text(example.value))),
  ];
}

function answers(api, operation, text) {
  return [element("h3", {}, "Answers"), ...Object.entries(operation.responses).map(([status, response]) => {
    const content = response.content["application/json"];
    const headers = Object.keys(response.headers).join(", ");
    const examples = Object.values(content.examples).flatMap(example => [element("h4", {}, example.summary), json(text(example.value))]);
    const rows = status < "300" ? fieldRows(api, content.schema) : [];
    return element("details", status < "300" ? { open: "" } : {},
      element("summary", {}, element("span", { class: "status" }, status), " ", response.description),
      element("p", { class: "soft" }, `Headers: ${headers}`),
      rows.length ? table(["Field", "Type", "", "Rule"], rows) : null,
      ...examples);
  })];
}

function section(api, path, method, operation, text) {
  return element("section", { id: operation.operationId },
    element("h2", {}, operation.summary.replace(/\.$/, "")),
    element("pre", { class: "route" }, element("span", { class: "method" }, method.toUpperCase()), " ", path),
    operation.description ? element("p", {}, operation.description) : null,
    ...parameters(api, operation), ...requestBody(api, operation, text), ...answers(api, operation, text));
}

function credentials(api) {
  return Object.values(api.components.securitySchemes).map(scheme =>
    element("li", {}, code(scheme.type === "http" ? "Authorization: Bearer …" : `${scheme.name}: …`), " ", scheme.description));
}

// JSON.parse would drop the decimals of 100.00: numbers are marked before parsing, and written out as they were.
function parseKeepingNumbers(source) {
  const kept = JSON.parse(source.replace(/("(?:[^"\\]|\\.)*")|(-?\d+\.\d*0)(?=[,\s\]}])/g, (match, string, number) => string ?? `"\\u0000${number}"`));
  const api = JSON.parse(source);
  const text = value => JSON.stringify(value, null, 2).replace(/"\\u0000([^"]*)"/g, "$1");
  return { api, kept, text };
}

async function load(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return parseKeepingNumbers(await answer.text());
}

function render({ api, kept, text }) {
  const operations = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => ({ path, method, operation: kept.paths[path][method] })));
  document.getElementById("contents").append(
    element("h2", {}, api.info.title),
    element("ul", {}, ...operations.map(({ operation }) =>
      element("li", {}, element("a", { href: `#${operation.operationId}` }, operation.summary.replace(/\.$/, ""))))));
  document.getElementById("reference").append(element("section", {},
    element("h1", {}, api.info.title), element("p", {}, api.info.description),
    element("h3", {}, "Credentials"), element("ul", {}, ...credentials(api)),
    ...operations.map(({ path, method, operation }) => section(api, path, method, operation, text))));
}

Promise.all(documents.map(load))
  .then(all => {
    all.forEach(render);
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  })
  .catch(error => document.getElementById("reference").append(element("p", {}, `The documents could not be shown: ${error.message}`)));
