# To be read by the shell that becomes NGINX: what one request needed, the next one will, so its memory is kept rather than
# given back to the system each time. platform/runtime has the services do the same.
export MALLOC_TRIM_THRESHOLD_=4194304 MALLOC_TOP_PAD_=262144
