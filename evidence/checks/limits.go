package checks

// Limits bound what one file may cost. A zero field means its default.
type Limits struct {
	// Bytes is the largest file read; 1 GiB.
	Bytes int64
	// Token is the longest single text in bytes: a line, a JSON string, the
	// captured output of a test; 16 MiB.
	Token int64
	// Depth is the deepest nesting of elements, objects and arrays; 64.
	Depth int
	// Cases is the most test cases, packages, vulnerabilities or covered lines
	// that are told apart; 2,000,000. Each costs about 60 bytes of memory.
	Cases int
	// Names is the most names kept in a list of a [Result]; 100. What is left
	// out is still counted.
	Names int
}

// withDefaults fills in what the caller left open.
func (l Limits) withDefaults() Limits {
	l.Bytes = orDefault(l.Bytes, 1<<30)
	l.Token = orDefault(l.Token, 16<<20)
	l.Depth = orDefault(l.Depth, 64)
	l.Cases = orDefault(l.Cases, 2_000_000)
	l.Names = orDefault(l.Names, 100)
	return l
}

func orDefault[T int | int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
