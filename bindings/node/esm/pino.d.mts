export * from '../dist/pino.js';
