// The same page by Fastify and undici, the mapping written out by hand.
// The same sign-in is read from the same database; every row is held against its owner again.
// Environment: PORT, DATABASE (Balie's SQLite file), CRM_URL, ERP_URL, BILLING_URL, HELPDESK_URL.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";

// The packages are installed outside of the source: in var/.
const require = createRequire(`${process.env.PACKAGES}/package.json`);
const Database = require("better-sqlite3");
const fastify = require("fastify");
const { Pool } = require("undici");

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
const ORDER = { received: "We have your order", confirmed: "Confirmed",
  picking: "We are packing it", sent: "On its way", delivered: "Delivered" };
const INVOICE = { open: "To be paid", paid: "Paid", reminded: "Reminded" };
const TICKET = { new: "We look at it", busy: "We are working on it", answered: "Answered" };

const database = new Database(process.env.DATABASE, { readonly: true });
const ask = database.prepare(`
  SELECT p.is_active, p.password, s.fingerprint, s.expires,
         (SELECT json_group_object(r.name, r.key) FROM recognition r WHERE r.person_id = p.id) AS links
    FROM viewer_session s JOIN person p ON p.id = s.person_id
   WHERE s.cookie = ?`);
const pool = (name) => new Pool(process.env[`${name}_URL`], { connections: 64, pipelining: 1 });
const [crm, erp, billing, helpdesk] = ["CRM", "ERP", "BILLING", "HELPDESK"].map(pool);
const pages = new Map();
const digest = (text) => createHash("sha256").update(text).digest("hex");

function customerOf(request) {
  const cookie = /(?:^|; )balie=([^;]*)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  const row = ask.get(digest(cookie));
  if (!row || !row.is_active || row.expires <= Date.now() / 1000) return null;
  if (digest(row.password) !== row.fingerprint) return null;
  return JSON.parse(row.links).customer ?? null;
}

async function read(system, table, owner, number) {
  const { body } = await system.request({ path: `/${table}?${owner}=${number}&limit=200`, method: "GET" });
  return (await body.json()).items.filter((row) => row[owner] === number);
}

async function page(number) {
  const [[who], orders, invoices, tickets] = await Promise.all([
    read(crm, "customers", "number", number),
    read(erp, "orders", "customerNumber", number),
    read(billing, "invoices", "customerNumber", number),
    read(helpdesk, "tickets", "customerNumber", number),
  ]);
  const fresh = { trust: "fresh", as_of: new Date().toISOString(), says: null };
  return {
    step: "cold", kind: "details", title: "My file, asked again", headline: `Hello ${who.name}`,
    address: `/cold/${number}`, trust: "fresh", as_of: fresh.as_of, acting_for: null, up: null,
    menu: [{ label: "Orders", address: "/orders" }, { label: "Invoices", address: "/invoices" }],
    notices: [],
    blocks: {
      customer: { type: "facts", title: "My details", freshness: fresh, fields: customer(who) },
      order: listing("Orders", fresh, orders.map(order)),
      invoice: listing("Invoices", fresh, invoices.map(invoice)),
      ticket: listing("Questions", fresh, tickets.map(ticket)),
    },
  };
}

const listing = (title, freshness, records) => ({
  type: "list", title, freshness, records: records.map((fields) => ({ link: null, fields })),
  broken: 0, newer: null, older: null, arranged: null,
});

const customer = (row) => ({
  number: text("Customer number", row.number),
  name: text("Name", row.name),
  contact: text("Contact", row.contactName),
  email: text("Mail", row.email),
  phone: text("Phone", row.phone),
  street: text("Street", row.street),
  postcode: text("Postcode", row.postcode),
  city: text("City", row.city),
  points: number("Points", row.points),
  since: day("Customer since", row.since),
});

const order = (row) => ({
  number: text("Number", row.number),
  status: status(ORDER, row.status),
  placed_on: day("Placed on", row.orderDate),
  wanted_on: day("Wanted on", row.requestedDate),
  sent_on: day("Sent on", row.shipDate, "Not yet"),
  reference: text("Your reference", row.reference, "None"),
  total: money("Total", row.totalIncludingTax),
});

const invoice = (row) => ({
  number: text("Number", row.number),
  status: status(INVOICE, row.status),
  date: day("Date", row.invoiceDate),
  due_on: day("Due on", row.dueDate),
  order: text("Order", row.orderNumber),
  total: money("Total", row.totalIncludingTax),
  open_amount: money("To pay", row.remaining),
});

const ticket = (row) => ({
  number: text("Number", row.number),
  subject: text("Subject", row.subject),
  status: status(TICKET, row.status),
  messages: number("Messages", row.messages),
  opened_on: day("Asked on", row.openedOn),
  answered_on: day("Answered on", row.answeredOn, "Not yet"),
});

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const text = (label, value, empty = "") => ({ label, kind: "text", text: value ?? empty, value });
const number = (label, value) => ({ label, kind: "number", text: grouped(String(value)), value });
const status = (words, code) => ({ label: "Status", kind: "status", text: words[code], value: code });

function day(label, value, empty = "") {
  const said = value === null ? empty
    : `${Number(value.slice(8))} ${MONTHS[Number(value.slice(5, 7)) - 1]} ${value.slice(0, 4)}`;
  return { label, kind: "date", text: said, value };
}

function money(label, value) {
  const [whole, cents] = value.split(".");
  return { label, kind: "money", text: `€${grouped(whole)}.${cents}`, value };
}

const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (said) => (/[&<>"']/.test(said) ? said.replace(/[&<>"']/g, (c) => NAMES[c]) : said);

function html(data) {
  const { blocks } = data;
  const headline = escape(data.headline);
  let facts = "";
  for (const cell of Object.values(blocks.customer.fields)) {
    facts += `<div><dt>${cell.label}</dt><dd>${escape(cell.text)}</dd></div>\n`;
  }
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${headline}</title>`
    + `<link rel="stylesheet" href="/static/portal.css"></head>\n<body><nav><a href="/orders">`
    + `Orders</a> <a href="/invoices">Invoices</a></nav>\n<main><h1>${headline}</h1>\n`
    + `${table(blocks.order)}${table(blocks.invoice)}${table(blocks.ticket)}<dl>${facts}</dl>`
    + `</main></body></html>\n`;
}

function table(block) {
  const heads = Object.values(block.records[0].fields)
    .map((cell) => `<th scope="col">${cell.label}</th>`).join("");
  let rows = "";
  for (const record of block.records) {
    rows += "<tr>";
    for (const cell of Object.values(record.fields)) {
      rows += `<td class="${cell.kind}" data-label="${cell.label}">${escape(cell.text)}</td>`;
    }
    rows += "</tr>\n";
  }
  return `<section><h2>${block.title}</h2><table><thead><tr>${heads}</tr></thead>`
    + `<tbody>\n${rows}</tbody></table></section>\n`;
}

const server = fastify({ logger: false });
server.get("/healthz", async () => "hello\n");
server.get("/:mode/:number", async (request, reply) => {
  const { mode, number: wanted } = request.params;
  if (customerOf(request) !== wanted) return reply.code(404).send();
  const isHtml = (request.headers.accept ?? "").includes("text/html");
  const key = `${wanted} ${isHtml}`;
  let body = mode === "warm" ? pages.get(key) : undefined;
  if (body === undefined) {
    const data = await page(wanted);
    body = Buffer.from(isHtml ? html(data) : JSON.stringify(data));
    if (mode === "warm") pages.set(key, body);
  }
  return reply.header("cache-control", "private, no-store")
    .type(isHtml ? "text/html; charset=utf-8" : "application/json").send(body);
});
await server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
