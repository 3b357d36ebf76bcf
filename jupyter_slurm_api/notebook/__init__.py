"""The notebook's side: magics, jobs and widgets in the kernel, which know the server by HTTP."""
