// One set of classes for both module systems.
import adapter from '../dist/langfuse.js';

export const { exporter, mask } = adapter;
