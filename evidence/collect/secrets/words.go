package secrets

// words finds all keywords in a text in one pass, whatever their case (Aho and
// Corasick, "Efficient string matching", CACM 18(6), 1975). Bytes that no
// keyword has share one class, so that the table stays small.
type words struct {
	class   [256]uint8
	classes int
	next    []uint16   // state*classes + class -> state
	ends    [][]uint16 // keywords that end in a state
	length  []int      // of each keyword
}

// node is a state in the making.
type node struct {
	child map[byte]int
	fail  int
	ends  []uint16
}

// newWords takes keywords in lower case.
func newWords(keywords []string) *words {
	w := &words{classes: 1}
	nodes := []node{{child: map[byte]int{}}}
	for i, k := range keywords {
		at := 0
		for _, b := range []byte(k) {
			if w.class[b] == 0 {
				w.class[b] = uint8(w.classes)
				w.classes++
			}
			to, ok := nodes[at].child[b]
			if !ok {
				to = len(nodes)
				nodes = append(nodes, node{child: map[byte]int{}})
				nodes[at].child[b] = to
			}
			at = to
		}
		nodes[at].ends = append(nodes[at].ends, uint16(i))
		w.length = append(w.length, len(k))
	}
	w.build(nodes)
	for b := byte('A'); b <= 'Z'; b++ {
		w.class[b] = w.class[b-'A'+'a']
	}
	return w
}

// build fills the table breadth first, so that the state to fall back to is
// always complete.
func (w *words) build(nodes []node) {
	w.next = make([]uint16, len(nodes)*w.classes)
	w.ends = make([][]uint16, len(nodes))
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		n := nodes[at]
		row, back := w.next[at*w.classes:], w.next[n.fail*w.classes:]
		if at != 0 {
			copy(row[:w.classes], back[:w.classes])
			n.ends = append(n.ends, w.ends[n.fail]...)
		}
		w.ends[at] = n.ends
		for b, to := range n.child {
			if at != 0 {
				nodes[to].fail = int(row[w.class[b]])
			}
			row[w.class[b]] = uint16(to)
			queue = append(queue, to)
		}
	}
}

// find calls found for each keyword in text, by its end.
func (w *words) find(text []byte, found func(keyword uint16, start, end int)) {
	at := 0
	for i, b := range text {
		at = int(w.next[at*w.classes+int(w.class[b])])
		for _, k := range w.ends[at] {
			found(k, i+1-w.length[k], i+1)
		}
	}
}
