// One set of classes for both module systems.
import adapter from '../dist/opentelemetry.js';

export const { MaskingSpanExporter } = adapter;
