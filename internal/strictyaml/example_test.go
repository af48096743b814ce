package strictyaml_test

import (
	"fmt"

	"github.com/release-dossier/dossier/internal/strictyaml"
)

func ExampleDecode() {
	var policy struct {
		ID      string                       `yaml:"id,required"`
		Version int                          `yaml:"version,required"`
		Enforce strictyaml.OneOrMany[string] `yaml:"enforce"`
	}
	err := strictyaml.Decode("policy.yaml", []byte("id: hello\nversion: 1\nenforce: tag/*\n"), &policy)
	fmt.Println(policy.ID, policy.Version, policy.Enforce, err)

	err = strictyaml.Decode("policy.yaml", []byte("id: hello\nversion: 1\nenfroce: tag/*\n"), &policy)
	fmt.Println(err)
	// Output:
	// hello 1 [tag/*] <nil>
	// policy.yaml:3:1: enfroce: unknown key: did you mean "enforce"?
}

func ExampleLocated() {
	var rules struct {
		Patterns []strictyaml.Located[string] `yaml:"patterns"`
	}
	if err := strictyaml.Decode("rules.yaml", []byte("patterns:\n  - tag/*\n  - tga/*\n"), &rules); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rules.Patterns[1].Errorf("matches no control"))
	// Output: rules.yaml:3:5: patterns[1]: matches no control
}
