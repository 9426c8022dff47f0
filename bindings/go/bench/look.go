package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// findings are what is to be seen in a text, at every level of nesting.
type findings struct {
	values any
	// Matches of the patterns in strings.
	matches int
	// Nested counts the strings that hold JSON.
	nested int
}

var expressions = func() []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, pattern := range patterns {
		all = append(all, regexp.MustCompile(pattern))
	}
	return all
}()

func look(text []byte) (findings, error) {
	var f findings
	err := decode(text, &f.values)
	f.see(f.values)
	// Nested texts written anew, so that white space and the order of members do not matter.
	f.values = walk(f.values, func(text string) string { return text })
	return f, err
}

func (f *findings) see(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, item := range value {
			f.see(item)
		}
	case []any:
		for _, item := range value {
			f.see(item)
		}
	case string:
		if inner, is := nested(value); is {
			f.nested++
			f.see(inner)
			return
		}
		for _, expression := range expressions {
			f.matches += len(expression.FindAllString(value, -1))
		}
	}
}

func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// nested is the object or array that a string holds.
func nested(text string) (any, bool) {
	first := strings.TrimLeft(text, " \t\r\n")
	if first == "" || first[0] != '{' && first[0] != '[' {
		return nil, false
	}
	var value any
	err := decode([]byte(text), &value)
	return value, err == nil
}

// walk changes each string, those of nested texts instead of what holds them.
func walk(value any, change func(string) string) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = walk(item, change)
		}
	case []any:
		for i, item := range value {
			value[i] = walk(item, change)
		}
	case string:
		if inner, is := nested(value); is {
			return string(encode(walk(inner, change)))
		}
		return change(value)
	}
	return value
}

func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // What was decoded can be encoded.
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
