(function () {
  "use strict";
  var written = Number(document.body.dataset.written) * 1000;
  var oldest = 26 * 3600 * 1000;
  function look() {
    var stale = Date.now() - written > oldest;
    document.body.classList.toggle("stale", stale);
    document.getElementById("stale").hidden = !stale;
    document.getElementById("age").hidden = true;
  }
  look();
  setInterval(look, 60000);
})();
