// Runs the CloudFront function as CloudFront does: node cloudfront.mjs CODE < {key, now, events} > answers, one each.
// Of the runtime it has what the function may use: crypto, the key value store, Date, JSON.
import crypto from 'node:crypto';
import fs from 'node:fs';
import vm from 'node:vm';

const code = fs.readFileSync(process.argv[2], 'utf8');
const input = JSON.parse(fs.readFileSync(0, 'utf8'));
const store = {
    kvs: () => ({
        async get(name) {
            if (name !== 'edge-key' || input.key === null) {
                throw new Error('KeyNotFound');
            }
            return input.key;
        },
    }),
};
class FixedDate extends Date {
    static now() {
        return input.now * 1000;
    }
}
const context = vm.createContext({
    require(name) {
        if (name !== 'crypto') {
            throw new Error('no module ' + name);
        }
        return crypto;
    },
    cf: store, Date: FixedDate,
});
const handler = vm.runInContext(code.replace("import cf from 'cloudfront';", '') + '\nhandler;', context);
const answers = [];
for (const event of input.events) {
    answers.push(await handler(event));
}
console.log(JSON.stringify(answers));
