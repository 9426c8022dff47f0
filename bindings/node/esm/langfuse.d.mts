export * from '../dist/langfuse.js';
