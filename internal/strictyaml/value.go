package strictyaml

import "strconv"

// Value returns n as JSON values: map[string]any, []any, string, int64, float64,
// bool, or nil for null. Dates and times are texts.
func (n *Node) Value() (any, error) {
	switch n.Kind() {
	case List:
		list := []any{}
		for _, item := range n.Items() {
			v, err := item.Value()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case Mapping:
		object := map[string]any{}
		for _, m := range n.Members() {
			v, err := m.Value.Value()
			if err != nil {
				return nil, err
			}
			object[m.Name] = v
		}
		return object, nil
	}
	switch n.y.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err
	case "!!int":
		var i int64
		err := n.Decode(&i)
		return i, err
	case "!!float":
		f, err := strconv.ParseFloat(n.Text(), 64)
		if err != nil {
			return nil, n.mismatch("a number or, in quotes, a text")
		}
		return f, nil
	}
	return n.Text(), nil
}
