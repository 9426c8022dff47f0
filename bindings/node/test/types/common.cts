// What a CommonJS program sees.
import spanmask = require('spanmask');

const policy: spanmask.Policy = spanmask.Policy.preset('default');
const length: number = policy.maskInPlace(Buffer.alloc(8), 4);
const error: spanmask.SpanmaskError = new spanmask.ImageError('x');
export = { length, error };
