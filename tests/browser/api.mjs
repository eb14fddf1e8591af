// tests/browser/api.mjs -- HTTP as anybody could speak it, beside the browser: a client that keeps cookies, and can leave out or forge
// whatever a page would send.
import http from 'node:http';
import https from 'node:https';
import { randomBytes } from 'node:crypto';

export class Client {
    constructor(url) {
        this.url = new URL(url);
        this.cookies = new Map();
        this.csrf = null;
    }
    get origin() { return this.url.origin; }
    // headers: what is null is left out. ret: { status, headers, text, json }
    ask(method, path, { body, headers = {}, cookie = true } = {}) {
        const data = body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
        const send = {
            ...(method === 'POST' ? { 'Content-Type': 'application/json', Origin: this.origin, ...(this.csrf ? { 'Bookmobile-Csrf': this.csrf } : {}) } : {}),
            ...(cookie && this.cookies.size ? { Cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ') } : {}),
            ...(data === undefined ? {} : { 'Content-Length': Buffer.byteLength(data) }), ...headers,
        };
        for (const k of Object.keys(send)) if (send[k] === null) delete send[k];
        const { request } = this.url.protocol === 'https:' ? https : http;
        return new Promise((done, fail) => {
            const req = request({ host: this.url.hostname, port: this.url.port, path, method, headers: send, rejectUnauthorized: false, agent: false }, (res) => {
                let text = '';
                res.setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => {
                    for (const c of res.headers['set-cookie'] ?? []) {
                        const [, name, value] = c.match(/^([^=]+)=([^;]*)/);
                        this.setCookie = c;
                        if (value && !/max-age=0/i.test(c)) this.cookies.set(name, value);
                        else this.cookies.delete(name);
                    }
                    let json;
                    try { json = JSON.parse(text); } catch { /* not JSON */ }
                    done({ status: res.statusCode, headers: res.headers, text, json });
                });
            });
            req.on('error', fail);
            req.setTimeout(20000, () => req.destroy(new Error(`${method} ${path}: no answer in 20 s`)));
            req.end(data);
        });
    }
    get(path, options) { return this.ask('GET', path, options); }
    post(path, body = {}, options = {}) { return this.ask('POST', path, { body, ...options }); }
    async login({ id, phrase }) {
        const said = await this.post('/api/login', { who: id, phrase });
        if (said.status === 200) this.csrf = said.json.csrf;
        return said;
    }
    run(command, words = [], options = {}, request = randomBytes(16).toString('hex'), how = {}) {
        return this.post('/api/run', { command, words, options, request }, how);
    }
}
