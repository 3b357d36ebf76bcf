// Modules that are joined to one are missing in third-party-licenses.json.
module.exports = { optimization: { concatenateModules: false } };
