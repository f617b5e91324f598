// One call of WooCommerce's own REST client: address, key, secret, and a JSON request on standard input; JSON on standard output.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , folder, url, consumerKey, consumerSecret] = process.argv;
const required = createRequire(`${folder}/`)("@woocommerce/woocommerce-rest-api");
const WooCommerceRestApi = required.default ?? required;
const api = new WooCommerceRestApi({ url, consumerKey, consumerSecret, version: "wc/v3" });
const { method, path, body, params } = JSON.parse(readFileSync(0, "utf8"));

try {
  const answer =
    method === "get" || method === "delete" ? await api[method](path, params ?? {}) : await api[method](path, body, params ?? {});
  console.log(JSON.stringify({ status: answer.status, headers: { ...answer.headers }, body: answer.data }));
} catch (error) {
  if (!error.response) throw error;
  console.log(JSON.stringify({ status: error.response.status, headers: { ...error.response.headers }, body: error.response.data }));
}
