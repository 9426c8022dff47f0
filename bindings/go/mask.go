package spanmask

import "runtime"

// Mask appends the masked text of src to dst and returns the extended slice, as append does: where dst has room, nothing is
// allocated. On an error it returns dst as it was; what lies behind it is then not for use.
//
// Mask(src[:0], src) masks where src lies, and may use what lies behind src up to its capacity; src is as it was when the
// call fails, or when the result had to go elsewhere. Other overlaps of src with the room of dst fail with [ErrOverlap].
//
// It fails with [ErrRefused] for what is not JSON, and with [ErrDetector]. The cost grows linearly with the input.
func (p *Policy) Mask(dst, src []byte) ([]byte, error) {
	pool, m, err := p.take()
	if err != nil {
		return dst, err
	}
	defer pool.give(m)
	return m.mask(dst, src)
}

// MaskInPlace masks buf where it lies and returns the result, which begins where buf does. Nothing behind buf is touched,
// whatever its capacity; a result that is longer than buf is returned in new memory, and buf is then as it was. So it is when
// the call fails, and the result is nil. It fails as [Policy.Mask] does.
func (p *Policy) MaskInPlace(buf []byte) ([]byte, error) {
	pool, m, err := p.take()
	if err != nil {
		return nil, err
	}
	defer pool.give(m)
	return m.maskInPlace(buf)
}

// Scan finds what would be masked, in order, without masking it. It fails as [Policy.Mask] does.
func (p *Policy) Scan(src []byte) ([]Finding, error) {
	pool, m, err := p.take()
	if err != nil {
		return nil, err
	}
	defer pool.give(m)
	return m.scan(src)
}

func (p *Policy) take() (*pool, *masker, error) {
	pool, err := p.pool()
	if err != nil {
		return nil, nil, err
	}
	defer runtime.KeepAlive(p) // While it waits, the policy must not be taken for unreachable.
	m, err := pool.take()
	return pool, m, err
}

// Finding is a part that would be masked. It does not hold its text, but its path holds names of members, which are part of
// the input.
type Finding struct {
	// Rule is the id of the rule that masks it.
	Rule string
	// Path says where its value stands, as RFC 9535 normalizes paths, on through nested texts: $['a'][0].
	Path string
	// Start and End are bytes of the input, End not included.
	Start, End int
	// Level counts the JSON escapes over its text: 1 in a string value, one more for each nested text around it.
	Level int
}
