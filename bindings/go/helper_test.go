package spanmask

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

// levels is how deep nested texts are looked into.
const levels = 8

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func same(t testing.TB, way string, actual, expected []byte) {
	t.Helper()
	if !bytes.Equal(actual, expected) {
		t.Fatalf("%s:\n  expected %.2000s\n  actual   %.2000s", way, expected, actual)
	}
}

var compiledDefault = sync.OnceValues(func() (*Policy, error) { return Preset("default") })

// defaultPolicy takes seconds to compile, once.
func defaultPolicy(t testing.TB) *Policy {
	t.Helper()
	policy, err := compiledDefault()
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// tree is a JSON text as encoding/json sees it, but with members in their order, and duplicates.
type tree struct {
	value any // a string, json.Number, bool or nil; '{' or '[' with items
	keys  []string
	items []tree
}

// parse reads all texts.
func parse(text []byte) ([]tree, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var all []tree
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		one, err := treeOf(decoder, token)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
}

func treeOf(decoder *json.Decoder, token json.Token) (tree, error) {
	of, container := token.(json.Delim)
	if !container {
		return tree{value: token}, nil
	}
	t := tree{value: of}
	for {
		token, err := decoder.Token()
		if err != nil {
			return t, err
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			return t, nil
		}
		if of == '{' {
			t.keys = append(t.keys, token.(string))
			if token, err = decoder.Token(); err != nil {
				return t, err
			}
		}
		item, err := treeOf(decoder, token)
		if err != nil {
			return t, err
		}
		t.items = append(t.items, item)
	}
}

// nested is the text that a string holds, when that is an object, array or string.
func (t tree) nested() (tree, bool) {
	text, isString := t.value.(string)
	first := strings.TrimLeft(text, " \t\r\n")
	if !isString || first == "" || !strings.Contains(`{["`, first[:1]) {
		return tree{}, false
	}
	all, err := parse([]byte(text))
	if err != nil || len(all) != 1 {
		return tree{}, false
	}
	return all[0], true
}

func (t tree) strings(levels int, see func(string)) {
	if text, isString := t.value.(string); isString {
		see(text)
		if nested, is := t.nested(); is && levels > 0 {
			nested.strings(levels-1, see)
		}
	}
	for _, item := range t.items {
		item.strings(levels, see)
	}
}

// shaped says whether the masked text has the same containers, keys and types in the same order.
func (t tree) shaped(masked tree, levels int) error {
	if len(t.items) != len(masked.items) {
		return errors.New("items were added or removed")
	}
	for i, key := range t.keys {
		if len(masked.keys) != len(t.keys) || key != masked.keys[i] {
			return errors.New("keys have changed")
		}
	}
	for i, item := range t.items {
		if err := item.shaped(masked.items[i], levels); err != nil {
			return err
		}
	}
	switch masked.value {
	case t.value:
		return nil
	case json.Number("0"), false:
		if _, isString := t.value.(string); isString {
			return errors.New("a string became something else")
		}
		return nil
	}
	_, was := t.value.(string)
	_, is := masked.value.(string)
	if !was || !is {
		return errors.New("a type or a number has changed")
	}
	if before, is := t.nested(); is && levels > 0 {
		after, is := masked.nested()
		if !is {
			return errors.New("a nested text is none any more")
		}
		return before.shaped(after, levels-1)
	}
	return nil
}

func eachString(t testing.TB, text []byte, see func(string)) {
	t.Helper()
	all, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		one.strings(levels, see)
	}
}

func sameShape(t testing.TB, input, output []byte) {
	t.Helper()
	before, err := parse(input)
	if err != nil {
		t.Fatal("the input:", err)
	}
	after, err := parse(output)
	if err != nil || len(before) != len(after) {
		t.Fatalf("%d texts became %d, %v", len(before), len(after), err)
	}
	for i := range before {
		if err := before[i].shaped(after[i], levels); err != nil {
			t.Fatal(err)
		}
	}
}
