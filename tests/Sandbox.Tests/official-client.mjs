// Drives the sandbox with the official Stripe client for Node. Arguments: folder with node_modules, host, port.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';
import assert from 'node:assert/strict';

const [folder, host, port] = process.argv.slice(2);
const loaded = createRequire(`${folder}/`)('stripe');
const Stripe = loaded.default ?? loaded.Stripe ?? loaded;
const stripe = new Stripe('sk_test_official', { host, port: Number(port), protocol: 'http', maxNetworkRetries: 1, timeout: 10_000, telemetry: false });

const held = { amount: 2500, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, capture_method: 'manual', metadata: { payment_id: 'p-1' } };
const made = await stripe.paymentIntents.create(held, { idempotencyKey: 'create-1' });
assert.equal(made.status, 'requires_capture');
assert.equal(made.metadata.payment_id, 'p-1');
const replay = await stripe.paymentIntents.create(held, { idempotencyKey: 'create-1' });
assert.equal(replay.id, made.id);
assert.equal(replay.lastResponse.headers['idempotent-replayed'], 'true');
assert.equal((await stripe.paymentIntents.retrieve(made.id)).id, made.id);

const cancelled = await stripe.paymentIntents.cancel(made.id, { cancellation_reason: 'abandoned' }, { idempotencyKey: 'cancel-1' });
assert.equal(cancelled.status, 'canceled');
await assert.rejects(stripe.paymentIntents.cancel(made.id), (error) => {
  assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
  assert.equal(error.code, 'payment_intent_unexpected_state');
  assert.equal(error.payment_intent.status, 'canceled');
  assert.equal(error.statusCode, 400);
  assert.ok(error.requestId.startsWith('req_'));
  return true;
});
await assert.rejects(stripe.paymentIntents.create({ ...held, amount: 1 }, { idempotencyKey: 'create-1' }), Stripe.errors.StripeIdempotencyError);
await assert.rejects(stripe.paymentIntents.create({ ...held, payment_method: 'pm_card_chargeDeclinedInsufficientFunds' }), (error) => {
  assert.ok(error instanceof Stripe.errors.StripeCardError);
  assert.equal(error.decline_code, 'insufficient_funds');
  assert.equal(error.payment_intent.status, 'requires_payment_method');
  return true;
});
await assert.rejects(stripe.paymentIntents.retrieve('pi_nobody'), (error) => error.code === 'resource_missing');

const debit = await stripe.paymentIntents.create({
  amount: 900, currency: 'usd', payment_method: 'pm_usBankAccount_success', payment_method_types: ['us_bank_account'], confirm: true,
  mandate_data: { customer_acceptance: { type: 'offline' } }, payment_method_options: { us_bank_account: { verification_method: 'instant' } },
  expand: ['latest_charge'],
});
assert.equal(debit.status, 'processing');
assert.equal(debit.latest_charge.object, 'charge');

const paid = await stripe.paymentIntents.create({ amount: 700, currency: 'usd', payment_method: 'pm_card_visa', confirm: true });
const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 300, reason: 'duplicate', metadata: { payment_id: 'p-2' } });
assert.equal(refund.status, 'succeeded');
assert.equal((await stripe.refunds.list({ payment_intent: paid.id })).data[0].id, refund.id);

assert.equal((await stripe.refunds.retrieve(refund.id)).amount, 300);
await assert.rejects(stripe.refunds.create({ payment_intent: paid.id, amount: 401 }), Stripe.errors.StripeInvalidRequestError);

const partly = await stripe.paymentIntents.create({ ...held, metadata: { payment_id: 'p-3', allocation_id: 'a-1' } });
const captured = await stripe.paymentIntents.capture(partly.id, { amount_to_capture: 1000 }, { idempotencyKey: 'capture-1' });
assert.deepEqual([captured.status, captured.amount_received, captured.amount_capturable], ['succeeded', 1000, 0]);
assert.equal((await stripe.paymentIntents.capture(partly.id, { amount_to_capture: 1000 }, { idempotencyKey: 'capture-1' })).amount_received, 1000);
await assert.rejects(stripe.paymentIntents.capture(partly.id), (error) => error.code === 'payment_intent_unexpected_state');

const challenged = await stripe.paymentIntents.create({
  amount: 500, currency: 'usd', payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: 'https://merchant.example/back',
});
assert.equal(challenged.status, 'requires_action');
assert.ok(challenged.next_action);
assert.equal((await stripe.paymentIntents.cancel(challenged.id)).status, 'canceled');

const listed = [];
for await (const intent of stripe.paymentIntents.list({ limit: 2 })) listed.push(intent.id);
assert.equal(listed.length, 6);
assert.equal(listed.at(-1), made.id);
const found = await stripe.paymentIntents.search({ query: "metadata['payment_id']:'p-1' AND status:'canceled'" });
assert.deepEqual(found.data.map((intent) => intent.id), [made.id]);
const events = await stripe.events.list({ types: ['payment_intent.canceled'] });
assert.deepEqual(events.data.map((listedEvent) => listedEvent.data.object.id), [challenged.id, made.id]);

// What the sandbox pushes is what the official library verifies and reads.
const secret = 'whsec_official_client';
const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    server.emit('pushed', stripe.webhooks.constructEvent(Buffer.concat(parts), request.headers['stripe-signature'], secret));
    response.end();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const subscribed = await fetch(`http://${host}:${port}/control/stripe/webhook_endpoints`, {
  method: 'PUT',
  body: JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/`, secrets: [secret] }),
  headers: { 'content-type': 'application/json' },
});
assert.equal(subscribed.status, 200);
const pushed = once(server, 'pushed');
const announced = await stripe.paymentIntents.create({ amount: 300, currency: 'usd', payment_method: 'pm_card_visa', confirm: true });
const [event] = await pushed;
assert.ok(['payment_intent.created', 'payment_intent.succeeded'].includes(event.type));
assert.equal(event.data.object.id, announced.id);
server.closeAllConnections();
server.close();

console.log(`official client ${Stripe.PACKAGE_VERSION}: all as expected`);
