// Stands in for <node_object_wrap.h> when the SQLite module is compiled for Node 24 and later.
//
// From 24.19 on, that header removes an environment hook in the destructor of every wrapped object.
// Objects that are collected while no environment is entered, or at the very end of a process, then
// abort it ("Assertion failed: (env) != nullptr"); better-sqlite3 12 does not know of it, and 13
// needs Node 22. The class is in the header alone, so this is the same class without the hook, as
// Node had it before.
#pragma once
#define SRC_NODE_OBJECT_WRAP_H_

#include <cassert>

#include "v8.h"

namespace node {

class ObjectWrap {
 public:
  ObjectWrap() = default;
  ObjectWrap(const ObjectWrap &) = delete;
  ObjectWrap &operator=(const ObjectWrap &) = delete;

  virtual ~ObjectWrap() {
    if (handle_.IsEmpty()) return;
    handle_.ClearWeak();
    handle_.Reset();
  }

  template <class T>
  static T *Unwrap(v8::Local<v8::Object> object) {
    assert(!object.IsEmpty() && object->InternalFieldCount() > 0);
    return static_cast<T *>(static_cast<ObjectWrap *>(object->GetAlignedPointerFromInternalField(0)));
  }

  v8::Local<v8::Object> handle() { return handle(v8::Isolate::GetCurrent()); }
  v8::Local<v8::Object> handle(v8::Isolate *isolate) {
    return v8::Local<v8::Object>::New(isolate, handle_);
  }
  v8::Persistent<v8::Object> &persistent() { return handle_; }

 protected:
  void Wrap(v8::Local<v8::Object> object) {
    assert(handle_.IsEmpty() && object->InternalFieldCount() > 0);
    object->SetAlignedPointerInInternalField(0, this);
    handle_.Reset(v8::Isolate::GetCurrent(), object);
    MakeWeak();
  }

  void MakeWeak() { handle_.SetWeak(this, Collected, v8::WeakCallbackType::kParameter); }

  // While the count is above 0 the object is not collected.
  virtual void Ref() {
    handle_.ClearWeak();
    refs_++;
  }
  virtual void Unref() {
    assert(refs_ > 0);
    if (--refs_ == 0) MakeWeak();
  }

  int refs_ = 0;

 private:
  static void Collected(const v8::WeakCallbackInfo<ObjectWrap> &info) {
    ObjectWrap *wrap = info.GetParameter();
    wrap->handle_.Reset();
    delete wrap;
  }

  v8::Persistent<v8::Object> handle_;
};

}  // namespace node
