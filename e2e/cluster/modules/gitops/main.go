// gitops-health reads an object as JSON and writes what GitOps tools think of it, by their own means:
// the Lua interpreter of Argo CD runs the script that is its first argument, with the libraries that
// Argo CD opens for it; Flux's library judges by kstatus.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	var object map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&object); err != nil {
		fail(err)
	}
	argo, err := argoHealth(object, os.Args[1])
	if err != nil {
		fail(err)
	}
	flux, err := status.Compute(&unstructured.Unstructured{Object: wholeNumbers(object).(map[string]any)})
	if err != nil {
		fail(err)
	}
	judged := map[string]health{"argoCd": argo, "flux": {flux.Status.String(), flux.Message}}
	if err := json.NewEncoder(os.Stdout).Encode(judged); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func argoHealth(object map[string]any, script string) (health, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		state.Push(state.NewFunction(open))
		state.Push(lua.LString(name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", luaValue(state, object))
	if err := state.DoFile(script); err != nil {
		return health{}, err
	}
	result, isTable := state.Get(-1).(*lua.LTable)
	if !isTable {
		return health{}, fmt.Errorf("%s returned no table", script)
	}
	return health{result.RawGetString("status").String(), result.RawGetString("message").String()}, nil
}

func luaValue(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		list := state.NewTable()
		for _, item := range value {
			list.Append(luaValue(state, item))
		}
		return list
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, luaValue(state, item))
		}
		return table
	}
	return lua.LNil
}

// Kubernetes' libraries take numbers of objects as int64.
func wholeNumbers(value any) any {
	switch value := value.(type) {
	case float64:
		return int64(value)
	case []any:
		for index, item := range value {
			value[index] = wholeNumbers(item)
		}
	case map[string]any:
		for key, item := range value {
			value[key] = wholeNumbers(item)
		}
	}
	return value
}
