package strictyaml
import ("testing";"os";"time";"fmt")
func FuzzHang(f *testing.F){
 for _, s := range []string{
		"id: a\n", "id: [a, {b: c}]\n", "? a\n: b\n", "a: &x b\nc: *x\n", "<<: {a: b}", "a: |\n  b\n", "%YAML 1.2\n---\na",
		"id: a\nsince: 2026-01-31T00:00:00Z\n", "id: a\ncount: 0x7f\n", "- - - a\n# b\n", "\"\\ud800\": a", "id: a\nordered: {a: 1}\n",
	} {
		f.Add([]byte(s))
	}
 f.Fuzz(func(t *testing.T, data []byte){
  d:=append([]byte(nil),data...)
  tm:=time.AfterFunc(1500*time.Millisecond,func(){os.WriteFile(fmt.Sprintf("/tmp/hang-%d",time.Now().UnixNano()),d,0o644)})
  defer tm.Stop()
  Parse("f",data)
 })
}
