// The events: what kube-apiserver says of some kinds of requests, large and small, about 1.1 KB in the mean. Everything in them follows from
// their number.

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	authnv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
)

type auditEvent = auditinternal.Event

var begin = time.Date(2024, 3, 5, 16, 20, 1, 0, time.UTC)

func newEvent(number int) *auditEvent {
	kind := kinds[number%len(kinds)]
	name := fmt.Sprintf("%s-%d", kind.resource, number)
	root, group := "/apis/", strings.Split(kind.group, "/")[0]
	if kind.group == "v1" {
		root, group = "/api/", ""
	}
	path := fmt.Sprintf("%s%s/namespaces/shop/%s/%s", root, kind.group, kind.resource, name)
	if kind.bodies != nil {
		path += "?" + url.Values{"fieldManager": {"kubectl <edit> & more"}, "timeout": {"30s"}}.Encode()
	}
	at := begin.Add(time.Duration(number) * time.Millisecond)
	event := &auditEvent{
		Level:      auditinternal.LevelMetadata,
		AuditID:    types.UID(fmt.Sprintf("5eed0000-0000-4000-8000-%012d", number)),
		Stage:      auditinternal.StageResponseComplete,
		RequestURI: path,
		Verb:       kind.verb,
		User: authnv1.UserInfo{
			Username: "system:serviceaccount:shop:deployer",
			UID:      fmt.Sprintf("0c3c2a10-0000-4000-8000-%012d", number%97),
			Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"},
			Extra:    map[string]authnv1.ExtraValue{"authentication.kubernetes.io/node-name": {"node-ä"}},
		},
		SourceIPs: []string{"10.0.0.7", "192.168.0.9"},
		UserAgent: "deployer/v1.31.2 (linux/amd64) kubernetes/\"quoted\"",
		ObjectRef: &auditinternal.ObjectReference{
			Resource: kind.resource, Namespace: "shop", Name: name, APIGroup: group,
			APIVersion: "v1", ResourceVersion: fmt.Sprint(900_000 + number),
		},
		ResponseStatus:           &metav1.Status{Code: kind.code},
		RequestReceivedTimestamp: metav1.NewMicroTime(at),
		StageTimestamp:           metav1.NewMicroTime(at.Add(4321 * time.Microsecond)),
		Annotations: map[string]string{
			"authorization.k8s.io/decision": "allow",
			"authorization.k8s.io/reason":   `RBAC: allowed by RoleBinding "deployers/shop" of Role "deployer" to ServiceAccount "deployer/shop"`,
		},
	}
	if kind.bodies != nil {
		request, response := kind.bodies(number, name)
		event.Level = auditinternal.LevelRequestResponse
		event.RequestObject, event.ResponseObject = unknown(request), unknown(response)
	}
	return event
}

type kind struct {
	resource, group, verb string
	code                  int32
	// Nil: of such requests there is only metadata.
	bodies func(number int, name string) (request, response string)
}

var (
	read    = kind{"pods", "v1", "get", 200, nil}
	renewal = kind{"leases", "coordination.k8s.io/v1", "patch", 200, leases}
	failure = kind{"deployments", "apps/v1", "delete", 404, refusals}
	update  = kind{"deployments", "apps/v1", "update", 200, deployments}
	kinds   = []kind{read, renewal, read, update, read, failure, read, read}
)

func deployments(number int, name string) (string, string) {
	return deployment(number, name, ""), deployment(number, name, `,"status":{"replicas":3,"availableReplicas":3}`)
}

// Digits that a reader which takes them for floating point would change, and members in an order of their own.
func leases(number int, name string) (string, string) {
	lease := fmt.Sprintf(`{"spec":{"renewTime":"2024-03-05T16:20:01.%06dZ","leaseTransitions":9007199254740993,"weight":1.0,"load":1e2,`+
		`"holderIdentity":"%s"},"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"%s","generation":%d}}`,
		number, name, name, number)
	return `{"spec":{"leaseTransitions":9007199254740993,"weight":1.0}}`, lease
}

func refusals(_ int, name string) (string, string) {
	return `{"kind":"DeleteOptions","apiVersion":"apps/v1","propagationPolicy":"Background"}`,
		fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \"%s\" not found",`+
			`"reason":"NotFound","details":{"name":"%s","group":"apps","kind":"deployments"},"code":404}`, name, name)
}

func deployment(number int, name, status string) string {
	return fmt.Sprintf(`{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"%s","namespace":"shop","generation":%d,`+
		`"labels":{"app":"web","emoji":"😀"},"managedFields":[{"manager":"deployer","operation":"Update","apiVersion":"apps/v1",`+
		`"fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{}}}}}}]},`+
		`"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[`+
		`{"name":"web","image":"registry.example/web:%d","args":["--title=a < b && c > d","%s"],"ports":[{"containerPort":8080}]}]}}}%s}`,
		name, number, number, strings.Repeat("x", 100+number%300), status)
}

func unknown(text string) *runtime.Unknown {
	if !json.Valid([]byte(text)) {
		panic("no JSON: " + text)
	}
	return &runtime.Unknown{Raw: []byte(text), ContentType: runtime.ContentTypeJSON}
}
