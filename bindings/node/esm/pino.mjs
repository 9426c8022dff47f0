// One set of classes for both module systems.
import adapter from '../dist/pino.js';

export const { MaskingStream, maskingStream } = adapter;
