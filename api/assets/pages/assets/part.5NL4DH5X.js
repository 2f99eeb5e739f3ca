/*! Dianyun Chain pages, Apache-2.0. With parts of @noble/curves, @noble/hashes and qr,
    (c) Paul Miller (paulmillr.com): MIT License, or MIT or Apache-2.0; see assets/README.md beside the node's source. */
function n(r){let e=Array.from(r,t=>String.fromCharCode(t)).join("");return btoa(e).replaceAll("+","-").replaceAll("/","_").replace(/=+$/,"")}function o(r){let e=atob(r.replaceAll("-","+").replaceAll("_","/"));return Uint8Array.from(e,t=>t.charCodeAt(0))}export{n as a,o as b};
